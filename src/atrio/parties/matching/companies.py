"""Are two records one company?"""

from __future__ import annotations

from dataclasses import replace

from rapidfuzz.distance import OSA

from atrio.parties.matching.company_names import name_likeness
from atrio.parties.matching.evidence import (
    Evidence,
    Level,
    Match,
    Points,
    addresses,
    best,
    decide,
    total,
)
from atrio.parties.matching.records import Normal

_ROOTS = {"br_cnpj": 8}  # what the establishments of one company have in common

_NUMBER = Points(40, 0, -18)  # "alike": one slip of the pen
_NAME = ((0.97, 9.0), (0.85, 7.0), (0.75, 4.0), (0.0, -6.0))
_FORMS_DIFFER = -1.5
_PHONE = Points(6, 1, 0)
_EMAIL = Points(7, 1, 0)
_DOMAIN = Points(6, 1, 0)
_ADDRESS = {
    "street": Points(4, 3, -1),
    "number": Points(2, 0.5, -0.5),
    "extra": Points(1, 0.5, 0),
    "postal_code": Points(3, 1, -0.5),
    "city": Points(2, 1.5, -1),
    "region": Points(0, 0, -0.5),
}
# Many companies share a house.
_ADDRESS_AT_MOST = 8.0


def compare_companies(one: Normal, other: Normal) -> Match:
    """Return what two companies' records are to each other: by their numbers, else by all else."""
    number = _numbers(one, other)
    name = _names(one, other)
    contact = [
        best("phone", one.phones, other.phones, _PHONE),
        best("email", one.emails, other.emails, _EMAIL),
        best("domain", one.domains, other.domains, _DOMAIN),
    ]
    address = addresses(one, other, _ADDRESS)
    points = total([number, name, *contact]) + min(_ADDRESS_AT_MOST, total(address))
    evidence = [e for e in (number, name, *contact, *address) if e]
    if number and number.level == "same":
        return decide(max(points, number.points), evidence)
    is_doubtful = name is None or name.level == "different"
    found = decide(points, evidence, at_most="maybe" if is_doubtful else "same")
    if number and number.level == "different" and _is_branch(one, other):
        return replace(found, verdict="different", is_branch=True)
    return found


def _numbers(one: Normal, other: Normal) -> Evidence | None:
    """Compare the numbers of one scheme: a single one in common settles it."""
    pairs = [
        (a.value, b.value)
        for a in one.identifiers
        for b in other.identifiers
        if a.scheme == b.scheme
    ]
    if not pairs:
        return None
    distance, value = min((OSA.distance(a, b), a) for a, b in pairs)
    levels: tuple[Level, ...] = ("same", "alike")
    level = levels[distance] if distance < 2 else "different"
    alike = 1 - distance / max(len(value), distance)
    return Evidence("identifier", level, round(alike, 2), getattr(_NUMBER, level))


def _names(one: Normal, other: Normal) -> Evidence | None:
    found = [name_likeness(a, b) for a in one.names for b in other.names]
    if not found:
        return None
    alike = max(found)
    points = next(points for least, points in _NAME if alike >= least)
    level: Level = "same" if alike >= 0.97 else "alike" if points > 0 else "different"
    if one.forms and other.forms and one.forms.isdisjoint(other.forms):
        points += _FORMS_DIFFER
    return Evidence("name", level, round(alike, 2), points)


def _is_branch(one: Normal, other: Normal) -> bool:
    return any(
        a.scheme == b.scheme
        and (length := _ROOTS.get(a.scheme, 0))
        and a.value[:length] == b.value[:length]
        and a.value != b.value
        for a in one.identifiers
        for b in other.identifiers
    )
