"""Looking records up by their keys, in the table of keys and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from uuid import UUID

from django.db import connection

from atrio.parties.matching.keys import MOST_SHARED, candidate_keys, is_weak
from atrio.parties.matching.records import Normal

# For each key those who share it, unless so many do that it tells nothing. Nobody is looked up in
# more entries than that, however many customers there are. Even keys are the weak ones.
_SHARING = """
    select asked.id, found.subject_id, count(*) as keys
    from unnest(%(ids)s::uuid[], %(keys)s::bigint[]) as asked (id, key),
    lateral (
        select array_agg(subject_id) as subjects from (
            select subject_id from parties_matchkey where key = asked.key limit %(most)s + 1
        ) as sharing
    ) as those,
    lateral unnest(those.subjects) as found (subject_id)
    where cardinality(those.subjects) <= %(most)s and found.subject_id <> asked.id
    group by asked.id, found.subject_id
    having count(*) > 1 or bool_or(asked.key & 1 = 1)
    order by asked.id, keys desc, found.subject_id
"""


def digests(record: Normal) -> list[int]:
    """Return the keys of a record as they are kept: short, and nobody's telephone number."""
    return sorted(map(_digest, candidate_keys(record)))


def _digest(key: str) -> int:
    digest = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True)
    return digest & ~1 if is_weak(key) else digest | 1


def sharing_keys(records: Iterable[tuple[UUID, Normal]], *, most: int) -> dict[UUID, list[UUID]]:
    """Return, for each record by its id, who shares its keys; those that share most first.

    With one statement, and at most `most` for each.
    """
    asked = [(name, key) for name, record in records for key in digests(record)]
    found: dict[UUID, list[UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _SHARING,
            {
                "ids": [name for name, _key in asked],
                "keys": [key for _name, key in asked],
                "most": MOST_SHARED,
            },
        )
        for name, subject, _keys in cursor:
            others = found.setdefault(name, [])
            if len(others) < most:
                others.append(subject)
    return found
