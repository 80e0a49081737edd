"""Keeping the keys of every customer, and the probable pairs among them, as they change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from itertools import combinations
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from atrio.parties.matching.comparing import compare
from atrio.parties.matching.evidence import Match
from atrio.parties.matching.lookup import digests, sharing_keys
from atrio.parties.matching.reading import Subject, subjects_of
from atrio.parties.models import Account, Contact, LegalEntity, MatchKey, Pair

_BATCH = 500
_CANDIDATES = 10  # for one company, those that share most with it
# What was changed since its keys were made; a batch, which nobody else works on.
_CLAIM = """
    update {table} set needs_keys = false where id in (
        select id from {table} where needs_keys order by id limit %s for update skip locked
    ) returning {account}
"""
_CHANGED = ((Account, "id"), (LegalEntity, "account_id"), (Contact, "account_id"))

Found = tuple[Subject, Subject, Match]


def keep_keys() -> int:
    """Make the keys and pairs of a batch of what has changed anew; return how many accounts."""
    with transaction.atomic():
        accounts = {account for model, column in _CHANGED for account in _claim(model, column)}
        subjects = subjects_of(accounts)
        MatchKey.objects.filter(account_id__in=accounts).delete()
        MatchKey.objects.bulk_create(
            (
                MatchKey(key=key, subject_id=subject.id, account_id=subject.account.pk)
                for subject in subjects
                for key in digests(subject.record)
            ),
            ignore_conflicts=True,
            batch_size=5_000,
        )
        _keep_pairs(accounts, subjects)
    return len(accounts)


def rebuild() -> None:
    """Ask for everybody's keys anew, as after a change of how they are made."""
    for model, _column in _CHANGED:
        model.objects.filter(needs_keys=False).update(needs_keys=True)


def _claim(model: type[Account | LegalEntity | Contact], column: str) -> list[UUID]:
    statement = _CLAIM.format(table=model._meta.db_table, account=column)  # noqa: SLF001 - documented
    with connection.cursor() as cursor:
        cursor.execute(statement, [_BATCH])
        return [account for (account,) in cursor]


def _keep_pairs(accounts: set[UUID], subjects: list[Subject]) -> None:
    """Write the probable pairs of some subjects; what a person has dismissed stays dismissed."""
    found = {
        (min(one.id, other.id), max(one.id, other.id)): (one, match)
        for one, other, match in (*_companies(subjects), *_people(subjects))
        if match.verdict != "different"
    }
    pairs = [_pair(ids, *what) for ids, what in sorted(found.items())]
    written = Pair.objects.bulk_create(
        pairs,
        update_conflicts=True,
        unique_fields=["one_id", "other_id"],
        update_fields=["business_unit", "score", "verdict", "evidence"],
        batch_size=1_000,
    )
    mine = _all_ids(accounts)
    outdated = Pair.objects.filter(Q(one_id__in=mine) | Q(other_id__in=mine), status="open")
    keep = {(pair.one_id, pair.other_id) for pair in written}
    gone = [
        pk
        for pk, one, other in outdated.values_list("pk", "one_id", "other_id")
        if (one, other) not in keep
    ]
    Pair.objects.filter(pk__in=gone).delete()


def _all_ids(accounts: set[UUID]) -> set[UUID]:
    """Return the ids of all that has ever been a subject of these accounts, tombstones too."""
    entities = LegalEntity.objects.filter(account__in=accounts).values_list("pk", flat=True)
    contacts = Contact.objects.filter(account__in=accounts).values_list("pk", flat=True)
    return {*accounts, *entities, *contacts}


def _companies(subjects: list[Subject]) -> Iterable[Found]:
    """Compare the companies with all that share a key with them, wherever those belong."""
    companies = {s.id: s for s in subjects if s.record.kind == "company"}
    sharing = sharing_keys(
        ((subject.id, subject.record) for subject in companies.values()), most=_CANDIDATES
    )
    others = {candidate for found in sharing.values() for candidate in found} - companies.keys()
    at = MatchKey.objects.filter(subject_id__in=others).values_list("account_id", flat=True)
    known = {s.id: s for s in subjects_of(set(at), with_people=False)} | companies
    for name, candidates in sharing.items():
        for candidate in candidates:
            one, other = companies[name], known.get(candidate)
            # A unit's customers are its own: nobody merges them with another unit's.
            if other and one.account.business_unit == other.account.business_unit:
                yield one, other, compare(one.record, other.record)


def _people(subjects: list[Subject]) -> Iterable[Found]:
    """Compare the people within each account: one person may well be at two of them."""
    at: dict[UUID, list[Subject]] = {}
    for subject in subjects:
        if subject.record.kind == "person":
            at.setdefault(subject.account.pk, []).append(subject)
    for colleagues in at.values():
        for one, other in combinations(colleagues, 2):
            yield one, other, compare(one.record, other.record)


def _pair(ids: tuple[UUID, UUID], one: Subject, match: Match) -> Pair:
    return Pair(
        kind=Pair.Kind.COMPANY if one.record.kind == "company" else Pair.Kind.CONTACT,
        one_id=ids[0],
        other_id=ids[1],
        business_unit=one.account.business_unit,
        score=match.score,
        verdict=match.verdict,
        evidence=[asdict(evidence) for evidence in match.evidence],
    )
