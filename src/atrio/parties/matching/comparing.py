"""What two records are to each other."""

from __future__ import annotations

from atrio.parties.matching.companies import compare_companies
from atrio.parties.matching.evidence import Match
from atrio.parties.matching.normalising import normalise
from atrio.parties.matching.persons import compare_persons
from atrio.parties.matching.records import Normal, PartyRecord


def match(one: PartyRecord, other: PartyRecord) -> Match:
    """Return what two records are to each other, as they were written down."""
    return compare(normalise(one), normalise(other))


def compare(one: Normal, other: Normal) -> Match:
    """Return what two normalised records are to each other; a person is never a company."""
    if one.kind != other.kind:
        return Match(0.0, "different", ())
    return compare_companies(one, other) if one.kind == "company" else compare_persons(one, other)
