"""How alike two companies' names are, their legal forms aside and in whatever order."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from rapidfuzz.distance import OSA

from atrio.parties.matching.folding import sound
from atrio.parties.matching.legal_forms import weight

Words = tuple[str, ...]

# Below this, two words are two words and not one with a slip of the pen.
_SLIP = 0.7
# What a name that is wholly part of another is worth: "Faberlic" and "Faberlic Europe".
_PART = 0.86
# Words written together and apart, and a slip besides.
_RUN_TOGETHER = 0.75


@lru_cache(maxsize=16_384)
def name_likeness(one: Words, other: Words) -> float:
    """Return how alike two folded names are, from 0 to 1."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    return max(_by_words(one, other), _run_together(one, other), _by_initials(one, other))


def _by_words(one: Words, other: Words) -> float:
    ranked = sorted(
        ((OSA.normalized_similarity(a, b), a, b) for a in set(one) for b in set(other)),
        reverse=True,
    )
    free_one, free_other = set(one), set(other)
    agreed = telling = 0.0
    for alike, a, b in ranked:
        if alike < _SLIP and not (alike >= 0.5 and sound(a) == sound(b) and len(a) > 4):
            break
        if a in free_one and b in free_other:
            free_one.discard(a)
            free_other.discard(b)
            worth = min(weight(a), weight(b)) * _certainty(a, b, alike)
            agreed += worth
            telling += worth if worth > 0.5 else 0.0
    least, most = sorted((_weigh(one), _weigh(other)))
    if not most:
        return 0.0
    share = 2 * agreed / (least + most)
    is_part = least > 0 and agreed >= 0.95 * least and telling >= 0.95
    return max(share, _PART if is_part else 0.0)


def _certainty(one: str, other: str, alike: float) -> float:
    """Return what a word's agreement is worth: a slip in a short one makes another word of it."""
    if one == other or min(len(one), len(other)) > 4:
        return alike
    return alike / 2 if any(c.isdigit() for c in one + other) else alike * 0.8


def _run_together(one: Words, other: Words) -> float:
    """Compare what is not the same in both without its blanks: "good will" and "goodwill"."""
    both = set(one) & set(other)
    rest_of_one = [word for word in one if word not in both]
    rest_of_other = [word for word in other if word not in both]
    alike = OSA.normalized_similarity("".join(rest_of_one), "".join(rest_of_other))
    if alike < _RUN_TOGETHER or len(rest_of_one) == len(rest_of_other):
        return 0.0
    agreed = 2 * _weigh(both) + alike * (_weigh(rest_of_one) + _weigh(rest_of_other))
    return agreed / ((_weigh(one) + _weigh(other)) or 1)


def _by_initials(one: Words, other: Words) -> float:
    """Say whether one name is the other's initials: "pla" and "peoples liberation army"."""
    short, long = sorted((one, other), key=len)
    if len(short) == 1 and len(long) > 2 and len(short[0]) == len(long):
        return 0.8 if short[0] == "".join(word[0] for word in long) else 0.0
    return 0.0


def _weigh(words: Collection[str]) -> float:
    return sum(map(weight, set(words)))
