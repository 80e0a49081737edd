"""Probable pairs in a heap of records: only those that share a key are compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeVar

from atrio.parties.matching.comparing import compare
from atrio.parties.matching.evidence import Match
from atrio.parties.matching.keys import MOST_SHARED, candidate_keys, is_weak
from atrio.parties.matching.normalising import normalise
from atrio.parties.matching.records import Normal, PartyRecord

Name = TypeVar("Name", str, int)


@dataclass(frozen=True, slots=True)
class Pairs(Generic[Name]):
    """The pairs that are the same or may be, and how many were considered to find them."""

    matches: Mapping[tuple[Name, Name], Match]
    considered: int

    def same(self) -> set[tuple[Name, Name]]:
        """Return the pairs that are one party."""
        return {pair for pair, found in self.matches.items() if found.verdict == "same"}


def find_pairs(
    records: Iterable[tuple[Name, PartyRecord]],
    *,
    may_be: Callable[[Name, Name], bool] = lambda _one, _other: True,
) -> Pairs[Name]:
    """Return the probable pairs of named records; `may_be` rules out what need not be compared.

    The lesser name of a pair comes first. The same records give the same pairs in any order.
    """
    normal = {name: normalise(record) for name, record in records}
    candidates = {pair for pair in _candidates(normal) if may_be(*pair)}
    matches = {
        (one, other): found
        for one, other in sorted(candidates)
        if (found := compare(normal[one], normal[other])).verdict != "different"
    }
    return Pairs(matches, considered=len(candidates))


def _candidates(normal: Mapping[Name, Normal]) -> set[tuple[Name, Name]]:
    sharing: defaultdict[str, list[Name]] = defaultdict(list)
    for name, record in normal.items():
        for key in candidate_keys(record):
            sharing[key].append(name)
    found: set[tuple[Name, Name]] = set()
    once: set[tuple[Name, Name]] = set()  # that share one weak key so far
    for key, names in sharing.items():
        if len(names) <= MOST_SHARED:
            pairs = set(combinations(sorted(names), 2))
            found |= pairs & once if is_weak(key) else pairs
            once |= pairs if is_weak(key) else set()
    return found
