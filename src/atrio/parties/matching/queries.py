"""Who could this be? The customers and people we have that resemble a record."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db.models import QuerySet

from atrio.kernel.actors import Actor
from atrio.parties.matching.comparing import compare
from atrio.parties.matching.evidence import Match
from atrio.parties.matching.lookup import sharing_keys
from atrio.parties.matching.normalising import normalise
from atrio.parties.matching.reading import subjects_of
from atrio.parties.matching.records import PartyRecord
from atrio.parties.models import Account, Contact, LegalEntity, MatchKey
from atrio.parties.queries import accounts_visible_to

_LOOKED_AT = 30  # of those that share keys, the ones that share most


@dataclass(frozen=True, slots=True)
class PossibleMatch:
    """Somebody we know who resembles the record: exactly what, whose, and how much.

    `legal_entity` and `contact` are those that resemble it; a customer of whom we know no
    company has neither.
    """

    account: Account
    legal_entity: LegalEntity | None
    contact: Contact | None
    match: Match


def possible_matches(*, by: Actor, record: PartyRecord, limit: int = 10) -> list[PossibleMatch]:
    """Return who the record could be, the likeliest first, branches of the company included.

    Staff find the customers of their units, the background all; applicants and customers nobody:
    what is known of others is not theirs to ask. A lookup in the table of keys, four statements
    more, however many customers there are.
    """
    normal, nobody = normalise(record), uuid4()
    candidates = sharing_keys([(nobody, normal)], most=_LOOKED_AT).get(nobody, [])
    accounts = _accounts_of(by, candidates)
    found = [
        PossibleMatch(
            account=subject.account,
            legal_entity=subject.shown if isinstance(subject.shown, LegalEntity) else None,
            contact=subject.shown if isinstance(subject.shown, Contact) else None,
            match=compare(normal, subject.record),
        )
        for subject in subjects_of(accounts)
        if subject.id in candidates
    ]
    likely = [one for one in found if one.match.verdict != "different" or one.match.is_branch]
    return sorted(likely, key=lambda one: (-one.match.score, str(one.account.pk)))[:limit]


def _accounts_of(by: Actor, candidates: list[UUID]) -> set[UUID]:
    at = MatchKey.objects.filter(subject_id__in=candidates).values("account_id")
    return set(_may_be_asked_about(by).filter(pk__in=at).values_list("pk", flat=True))


def _may_be_asked_about(by: Actor) -> QuerySet[Account]:
    if by.kind == "system":
        return Account.objects.all()
    return accounts_visible_to(by) if by.kind == "staff" else Account.objects.none()
