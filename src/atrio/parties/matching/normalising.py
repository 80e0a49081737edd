"""From a record as somebody wrote it to one that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable

from atrio.parties.matching.folding import fold
from atrio.parties.matching.legal_forms import without_legal_form
from atrio.parties.matching.records import Identifier, Normal, PartyRecord
from atrio.parties.rules import is_of_everybody

_NO_DIGIT = re.compile(r"\D")
_NO_SIGN = re.compile(r"[^0-9A-Z]")
# Spreadsheets take numbers for numbers and drop the noughts they begin with.
_LENGTHS = {"br_cnpj": 14, "br_cpf": 11}


def normalise(record: PartyRecord) -> Normal:
    """Return the record as it is compared."""
    names, forms = _names(record)
    emails = _once(email.strip().casefold() for email in record.emails)
    own = (email.rpartition("@")[2] for email in emails)
    address = record.address
    return Normal(
        kind=record.kind,
        names=names,
        forms=forms,
        identifiers=tuple(filter(_is_telling, map(_identifier, record.identifiers))),
        street=fold(address.street),
        number=fold(address.number).replace(" ", ""),
        extra=fold(address.extra),
        district=fold(address.district),
        postal_code=fold(address.postal_code).replace(" ", ""),
        city=fold(address.city),
        region=fold(address.region),
        country=fold(address.country),
        phones=_once(map(_phone, record.phones)),
        emails=emails,
        domains=_once(d for d in map(_domain, (*record.domains, *own)) if not is_of_everybody(d)),
        birth_date=_NO_DIGIT.sub("", record.birth_date),
    )


def _names(record: PartyRecord) -> tuple[tuple[tuple[str, ...], ...], frozenset[str]]:
    found: dict[tuple[str, ...], None] = {}
    forms: frozenset[str] = frozenset()
    for name in record.names:
        words = tuple(fold(name).split())
        if record.kind == "company":
            words, in_name = without_legal_form(words)
            forms |= in_name
        if words:
            found[words] = None
    return tuple(found), forms


def _identifier(given: Identifier) -> Identifier:
    value = _NO_SIGN.sub("", given.value.upper())
    return Identifier(given.scheme, value.zfill(_LENGTHS.get(given.scheme, 0)) if value else "")


def _is_telling(identifier: Identifier) -> bool:
    """Say whether it is a number at all: 000000 and 999999 stand for one nobody had."""
    return len(set(identifier.value)) > 1


def _phone(number: str) -> str:
    """Return the last nine digits: with or without the country's and the area's code."""
    digits = _NO_DIGIT.sub("", number)[-9:]
    return digits if len(digits) > 5 else ""


def _domain(name: str) -> str:
    return name.strip().casefold().removeprefix("www.")


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
