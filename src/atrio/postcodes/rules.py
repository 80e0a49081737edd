"""Reading a list of postcodes in GeoNames' format. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from atrio.engine.forms.places import address_format
from atrio.kernel.errors import Refused

# Columns of the format (source: GeoNames, readme of the postal code files).
_COUNTRY, _CODE, _PLACE, _STATE, _STATE_CODE = range(5)
_LONGEST_CODE, _LONGEST_CITY = 12, 80


class NoPostcodes(Refused):
    """A line is not one of a list of postcodes; the message says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a postcode, both as our addresses have them."""

    country: str
    code: str
    city: str
    region: str


def read_places(lines: Iterable[str]) -> Iterator[Place]:
    """Yield the places of a list: columns divided by tabs, the first five of which are read.

    Country, postcode, place, the state's name, the state's code. Raises NoPostcodes.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        columns = [" ".join(column.split()) for column in line.rstrip("\r\n").split("\t")]
        if len(columns) <= _STATE_CODE:
            raise NoPostcodes(f"Line {number} has {len(columns)} columns, not five or more.")
        country, code = columns[_COUNTRY].upper(), compact(columns[_CODE])
        city = columns[_PLACE]
        if len(country) != 2 or not country.isascii() or not country.isalpha():
            raise NoPostcodes(f"Line {number} begins with no country's two letters.")
        if not (0 < len(code) <= _LONGEST_CODE and 0 < len(city) <= _LONGEST_CITY):
            raise NoPostcodes(f"Line {number} has no postcode or no place, or far too long ones.")
        yield Place(country, code, city, _region(country, columns[_STATE], columns[_STATE_CODE]))


def compact(code: str) -> str:
    """Return a postcode without separators, in capitals: "01310-100" → "01310100"."""
    return "".join(character for character in code.upper() if character.isalnum())


def _region(country: str, name: str, code: str) -> str:
    """Return the region as our addresses have it, "" where they have none or do not know it.

    Lists have codes of their own for some countries, so the name counts for as much.
    """
    known = address_format(country).regions
    return code if code in known else _codes_by_name(country).get(_plain(name), "")


@cache
def _codes_by_name(country: str) -> dict[str, str]:
    return {_plain(name): code for code, name in address_format(country).regions.items()}


def _plain(name: str) -> str:
    return name.casefold().replace("ё", "е")
