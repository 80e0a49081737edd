"""Keys under which records of one party meet, so that nobody has to compare all with all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from atrio.parties.matching.folding import sound
from atrio.parties.matching.legal_forms import weight
from atrio.parties.matching.records import Normal

# A key that so many share tells nothing: it would only make everybody meet everybody.
MOST_SHARED = 200


# Many a word begins or ends like another: such a key tells something only beside a second one.
_WEAK = "~"


def candidate_keys(record: Normal) -> frozenset[str]:
    """Return the keys of a record. Records of one kind are compared that share enough of them."""
    return frozenset(f"{key[0]}{record.kind[0]}{key[1:]}" for key in _keys(record))


def is_weak(key: str) -> bool:
    """Say whether a key has to be shared together with another one."""
    return key.startswith(_WEAK)


def _keys(record: Normal) -> Iterator[str]:
    for identifier in record.identifiers:
        yield f"i:{identifier.scheme}:{identifier.value}"
    for email in record.emails:
        yield f"e:{email}"
    for phone in record.phones:
        yield f"p:{phone}"
    if record.kind == "company":
        yield from _of_company(record)
    else:
        yield from _of_person(record)


def _of_person(record: Normal) -> Iterator[str]:
    sounds = sorted({sound(word) for words in record.names for word in words if weight(word)})
    if record.birth_date:
        yield f"b:{record.birth_date}"
    for pair in combinations(sounds, 2):
        yield f"n:{'+'.join(pair)}"
    yield from _of_house(record)
    city = _sound_of_all(record.city)
    for name in sounds:
        if record.postal_code:
            yield f"np:{name}:{record.postal_code}"
        if city:
            yield f"nc:{name}:{city}"


def _of_company(record: Normal) -> Iterator[str]:
    for domain in record.domains:
        yield f"d:{domain}"
    for words in record.names:
        # What is written apart here is written together there.
        yield f"w:{_sound_of_all(' '.join(words))}"
        for word in words:
            if weight(word) == 1:
                # Wherever in it the slip is, it leaves two of these.
                heard = sound(word)
                yield from (f"{_WEAK}={heard}", f"{_WEAK}<{word[:4]}", f"{_WEAK}>{word[-4:]}")
                yield from (f"{_WEAK}[{heard[:-1]}", f"{_WEAK}]{heard[1:]}")
    yield from _of_house(record)


def _of_house(record: Normal) -> Iterator[str]:
    for line in {_sound_of_all(record.street), _sound_of_all(record.extra)} - {""}:
        if record.number:
            yield f"s:{line}:{record.number}"
        if record.postal_code:
            yield f"sp:{line}:{record.postal_code}"


def _sound_of_all(text: str) -> str:
    return sound(text.replace(" ", ""))
