"""How addresses are written where we have been so far; elsewhere a plain shape serves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from babel import Locale

from .regions import OF_BRAZIL, OF_RUSSIA
from .wording import Localized

_LANGUAGES = ("en", "pt", "de", "fr", "es", "ru")
_NOT_OF_THE_STANDARD = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)
PARTS = ("street", "number", "extra", "district", "postal_code", "city", "region", "country")


@dataclass(frozen=True, slots=True)
class AddressFormat:
    """Which parts an address has, in the order people there expect them."""

    parts: tuple[str, ...]
    required: frozenset[str]
    postal_code: re.Pattern[str] | None = None  # of the code without separators
    postal_code_shape: str = ""  # how it is written: "99999-999"
    regions: Mapping[str, str] = field(default_factory=dict)  # ISO 3166-2 without the country
    names_region: bool = False  # in full, where its code stands in no address
    street_line: str = "{street} {number}"
    place_line: str = "{postal_code} {city} {region}"  # or several lines

    def lines(self, address: Mapping[str, str]) -> list[str]:
        """Return an address as it stands on an envelope; what is not known leaves no gap."""
        known = {part: address.get(part, "") for part in PARTS}
        if self.names_region:
            region = self.regions.get(known["region"], known["region"])
            known["region"] = "" if region == known["city"] else region  # Moscow is both
        lines = (
            _line(self.street_line, known),
            known["extra"],
            known["district"],
            *(_line(shape, known) for shape in self.place_line.split("\n")),
        )
        return [line for line in lines if line]

    def region_labels(self) -> dict[str, Localized]:
        """Return the regions' names, which are the same in every language."""
        return {code: Localized({"en": name}) for code, name in self.regions.items()}


_ELSEWHERE = AddressFormat(
    parts=("street", "number", "extra", "postal_code", "city", "region"),
    required=frozenset({"street", "city"}),
)
_FORMATS = {
    "BR": AddressFormat(
        parts=("postal_code", "street", "number", "extra", "district", "city", "region"),
        required=frozenset({"postal_code", "street", "number", "city", "region"}),
        postal_code=re.compile(r"\d{8}"),
        postal_code_shape="99999-999",
        regions=OF_BRAZIL,
        street_line="{street}, {number}",
        place_line="{city} – {region}, {postal_code}",
    ),
    "DE": AddressFormat(
        parts=("street", "number", "extra", "postal_code", "city"),
        required=frozenset({"street", "number", "postal_code", "city"}),
        postal_code=re.compile(r"\d{5}"),
        postal_code_shape="99999",
    ),
    "ES": AddressFormat(
        parts=("street", "number", "extra", "postal_code", "city", "region"),
        required=frozenset({"street", "postal_code", "city"}),
        postal_code=re.compile(r"\d{5}"),
        postal_code_shape="99999",
        street_line="{street}, {number}",
        place_line="{postal_code} {city}\n{region}",
    ),
    "FR": AddressFormat(
        parts=("number", "street", "extra", "postal_code", "city"),
        required=frozenset({"street", "postal_code", "city"}),
        postal_code=re.compile(r"\d{5}"),
        postal_code_shape="99999",
        street_line="{number} {street}",
        place_line="{postal_code} {city}",
    ),
    "RU": AddressFormat(
        parts=("postal_code", "region", "city", "street", "number", "extra"),
        required=frozenset({"street", "city"}),
        postal_code=re.compile(r"\d{6}"),
        postal_code_shape="999999",
        regions=OF_RUSSIA,
        names_region=True,
        street_line="{street}, {number}",
        place_line="{postal_code}, {city}\n{region}",
    ),
}


@cache
def countries() -> Mapping[str, Localized]:
    """Return the countries of ISO 3166-1 with their names, by code (source: CLDR, by Babel)."""
    names = {language: dict(Locale.parse(language).territories) for language in _LANGUAGES}
    # CLDR names regions of the world (001), and places that are no countries of the standard.
    codes = {str(code) for code in names["en"]} - _NOT_OF_THE_STANDARD
    return {
        code: Localized({language: str(known[code]) for language, known in names.items()})
        for code in sorted(codes)
        if code.isalpha() and len(code) == 2
    }


def country_name(code: str, language: str) -> str:
    """Return what a country is called, its code where nobody knows it."""
    known = countries().get(code)
    return known(language) if known else code


def address_format(country: str) -> AddressFormat:
    """Return how addresses are written in the country."""
    return _FORMATS.get(country, _ELSEWHERE)


def address_lines(address: Mapping[str, str], *, home: str, language: str) -> list[str]:
    """Return an address line by line as it is written there; the country `home` goes unsaid."""
    country = address.get("country", "") or home
    lines = address_format(country).lines(address)
    return lines if country == home else [*lines, country_name(country, language).upper()]


def _line(shape: str, known: Mapping[str, str]) -> str:
    """Fill the shape; if a part is missing, its separators would dangle, so blanks serve."""
    wanted = [part for part in PARTS if f"{{{part}}}" in shape]
    if all(known[part] for part in wanted):
        return shape.format_map(known)
    order = sorted(wanted, key=shape.index)
    return " ".join(known[part] for part in order if known[part])


def postal_code(country: str, compact: str) -> str | None:
    """Return the code as it is written in the country, None if it cannot be one of its codes."""
    written = address_format(country)
    if written.postal_code is None:
        return compact if compact.isalnum() else None
    if not written.postal_code.fullmatch(compact):
        return None
    characters = iter(compact)
    return "".join(next(characters) if c == "9" else c for c in written.postal_code_shape)
