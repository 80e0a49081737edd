"""Are two records one person?"""

from __future__ import annotations

from collections.abc import Sequence

from atrio.parties.matching.evidence import (
    LEVELS,
    Evidence,
    Match,
    Points,
    addresses,
    best,
    decide,
    likeness,
    step,
    texts,
    total,
)
from atrio.parties.matching.legal_forms import weight
from atrio.parties.matching.records import Normal

_IDENTIFIER = Points(11, 7, -4)
_BIRTH_DATE = Points(9, 5.5, -4)
_WORD = Points(5, 3.5, -2.5)
_INITIAL = 2.0
_PHONE = Points(8, 2, 0)
_EMAIL = Points(11, 3, 0)
_ADDRESS = {
    "street": Points(7, 4.5, -2),
    "number": Points(4, 1, -1),
    "extra": Points(6, 4, -0.5),
    "postal_code": Points(6, 2.5, -2),
    "city": Points(3, 2, -1.5),
    "region": Points(1, 0, -1),
}
# Who lives together shares all of an address: its parts are no witnesses of each other.
_ADDRESS_AT_MOST = 16.0
# Below this a word of the name is not misspelt but another word.
_ANOTHER = 0.4
# The names are one with a slip, wherever its blanks are.
_WHOLE = 0.8


def compare_persons(one: Normal, other: Normal) -> Match:
    """Return what two persons' records are to each other."""
    name, is_another = _best_name(one, other)
    own = [
        best("identifier", _values(one), _values(other), _IDENTIFIER),
        texts("birth_date", one.birth_date, other.birth_date, _BIRTH_DATE),
    ]
    contact = [
        best("email", one.emails, other.emails, _EMAIL, by=_mailboxes),
        best("phone", one.phones, other.phones, _PHONE),
    ]
    address = addresses(one, other, _ADDRESS)
    points = total([name, *own, *contact]) + min(_ADDRESS_AT_MOST, total(address))
    # A family shares surname, house and telephone; a company's people the mailbox as well.
    is_doubtful = is_another and not any(e and e.level != "different" for e in own)
    evidence = [e for e in (name, *own, *contact, *address) if e]
    return decide(points, evidence, at_most="maybe" if is_doubtful else "same")


def _values(record: Normal) -> list[str]:
    return [identifier.value for identifier in record.identifiers]


def _mailboxes(one: str, other: str) -> float:
    """Return how alike two addresses of mail are: everybody at a company shares what follows @."""
    (name, _, host), (other_name, _, other_host) = one.partition("@"), other.partition("@")
    return min(likeness(name, other_name), likeness(host, other_host))


def _best_name(one: Normal, other: Normal) -> tuple[Evidence | None, bool]:
    """Return how the names agree best, and whether even then a word of it is another one."""
    found = [_names(a, b) for a in one.names for b in other.names]
    return max(found, key=lambda pair: pair[0].points, default=(None, False))


def _names(one: Sequence[str], other: Sequence[str]) -> tuple[Evidence, bool]:
    """Compare two names word by word, whichever comes first; words too many tell nothing."""
    left_of_one, left_of_other = _telling(one), _telling(other)
    whole = likeness("".join(left_of_one), "".join(left_of_other))
    points = 0.0
    agreed: list[float] = []
    while left_of_one and left_of_other:
        alike, a, b = max((_words(a, b), a, b) for a in left_of_one for b in left_of_other)
        left_of_one.remove(a)
        left_of_other.remove(b)
        points += _INITIAL if min(len(a), len(b)) == 1 and alike else _WORD[step(alike)]
        agreed.append(alike)
    least = min(agreed, default=0.0)
    if whole >= _WHOLE:
        points, least = max(points, _WORD.same + _WORD.alike), max(least, whole)
    alike = max(whole, sum(agreed) / len(agreed)) if agreed else 0.0
    return Evidence("name", LEVELS[step(least)], round(alike, 2), points), least < _ANOTHER


def _words(one: str, other: str) -> float:
    if min(len(one), len(other)) == 1 and one[0] == other[0]:
        return 0.7 if one != other else 0.9
    return likeness(one, other)


def _telling(words: Sequence[str]) -> list[str]:
    return [word for word in words if weight(word)] or list(words)
