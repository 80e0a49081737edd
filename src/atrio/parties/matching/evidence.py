"""What single comparisons show, and what they are worth.

Every comparison gives points as the logarithm of odds does: how much more often two records of
one party agree like this than records of two parties do. What is not known gives none. The
points are set by hand and stand in tables, so that every score can be explained and none changes
because data have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rapidfuzz.distance import OSA

from atrio.parties.matching.records import Normal

Level = Literal["same", "alike", "different"]
Verdict = Literal["same", "maybe", "different"]

LEVELS: tuple[Level, ...] = ("same", "alike", "different")
# From so much on two texts are one with a slip or two of the pen.
ALIKE = 0.65
# From so many points on two records are one party, or may be.
SAME, MAYBE = 14.5, 7.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one comparison showed; `likeness` runs from 0 to 1."""

    about: str  # "phone"
    level: Level
    likeness: float
    points: float


@dataclass(frozen=True, slots=True)
class Match:
    """What two records are to each other, and why; `score` runs from 0 to 1."""

    score: float
    verdict: Verdict
    evidence: tuple[Evidence, ...]
    is_branch: bool = False  # two establishments of one company


class Points(NamedTuple):
    """What a comparison is worth, by its level."""

    same: float
    alike: float
    different: float


def decide(points: float, evidence: Iterable[Evidence], *, at_most: Verdict = "same") -> Match:
    """Return the match of so many points; `at_most` says what others would make too much of."""
    if at_most != "same":
        points = min(points, SAME - 0.5)
    verdict: Verdict = "same" if points >= SAME else "maybe" if points >= MAYBE else "different"
    score = 1 / (1 + 2 ** ((SAME - points) / 3))
    return Match(round(score, 3), verdict, tuple(evidence))


def likeness(one: str, other: str) -> float:
    """Return how alike two folded texts are, blanks aside, from 0 to 1."""
    one, other = one.replace(" ", ""), other.replace(" ", "")
    return OSA.normalized_similarity(one, other) if one and other else 0.0


def step(alike: float) -> int:
    """Return the level of a likeness, as its place in LEVELS and Points."""
    return 0 if alike == 1 else 1 if alike >= ALIKE else 2


def texts(
    about: str,
    one: str,
    other: str,
    points: Points,
    *,
    by: Callable[[str, str], float] = likeness,
) -> Evidence | None:
    """Compare two texts; nothing comes of one that is not known."""
    if not one or not other:
        return None
    alike = by(one, other)
    level = step(alike)
    return Evidence(about, LEVELS[level], round(alike, 2), points[level])


def best(
    about: str,
    one: Sequence[str],
    other: Sequence[str],
    points: Points,
    *,
    by: Callable[[str, str], float] = likeness,
) -> Evidence | None:
    """Compare each with each, and return what agrees best."""
    found = [e for a in one for b in other if (e := texts(about, a, b, points, by=by))]
    return max(found, key=lambda e: e.points, default=None)


def addresses(one: Normal, other: Normal, worth: dict[str, Points]) -> list[Evidence]:
    """Compare two addresses part by part; street and addition may have changed places."""
    straight = texts("street", one.street, other.street, worth["street"])
    extra = texts("extra", one.extra, other.extra, worth["extra"])
    crossed = [
        texts("street", one.street, other.extra, worth["street"]),
        texts("extra", one.extra, other.street, worth["extra"]),
    ]
    lines = [straight, extra]
    if total(crossed) > total(lines):
        lines = crossed
    others = [
        texts(about, getattr(one, about), getattr(other, about), points)
        for about, points in worth.items()
        if about not in {"street", "extra"}
    ]
    return [e for e in (*lines, *others) if e]


def total(evidence: Iterable[Evidence | None]) -> float:
    """Return the points of all that is known."""
    return sum(e.points for e in evidence if e)
