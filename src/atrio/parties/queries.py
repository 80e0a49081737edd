"""Read customers. `…_visible_to` is the only way in for screens and API."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from atrio.kernel.actors import Actor
from atrio.kernel.database import set_context
from atrio.parties.models import Account, Contact, LegalEntity, Membership
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import business_unit


def accounts_visible_to(by: Actor) -> QuerySet[Account]:
    """Return the accounts this actor may see: a member's own, a member of staff's units'.

    One that was merged into another is seen no more; `living_account` says what it is now.
    """
    living = Account.objects.filter(merged_into=None)
    if by.kind == "member":
        return living.filter(pk__in=by.accounts)
    if by.kind == "staff":
        return living.filter(business_unit__in=by.business_units)
    return Account.objects.none()


def legal_entities_visible_to(by: Actor) -> QuerySet[LegalEntity]:
    """Return the legal entities of the accounts this actor may see."""
    return LegalEntity.objects.filter(merged_into=None, account__in=accounts_visible_to(by))


def contacts_visible_to(by: Actor) -> QuerySet[Contact]:
    """Return the contacts of the accounts this actor may see."""
    return Contact.objects.filter(merged_into=None, account__in=accounts_visible_to(by))


def contacts_of(*, by: Actor, account_id: UUID) -> list[Contact]:
    """Return the people of one account, by name, if this actor may see them."""
    return list(contacts_visible_to(by).filter(account_id=account_id).order_by("name", "id"))


def living_account(account_id: UUID) -> UUID:
    """Return the account that an id leads to today: itself, or what it was merged into."""
    found = Account.objects.filter(pk=account_id).values_list("merged_into_id", flat=True).first()
    return living_account(found) if found else account_id


def member_actor(user_id: UUID, label: str) -> Actor:
    """Return who this user is as a customer; without any seat, an actor with no account.

    Must run inside a transaction: it tells the database who asks, so that a user finds their
    own seats and nobody else's.
    """
    nobody = Actor(kind="member", id=str(user_id), label=label)
    set_context(nobody)
    seats = list(Membership.objects.filter(user_id=user_id).values_list("account_id", "role"))
    member = Actor(
        kind="member",
        id=str(user_id),
        label=label,
        accounts=frozenset(account for account, _role in seats),
        roles=frozenset(role for _account, role in seats),
    )
    set_context(member)
    return member


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a member sits: the legal entity in use, who serves it, what else they may choose."""

    entity: LegalEntity
    entities: list[LegalEntity]
    unit: BusinessUnit

    @property
    def account(self) -> Account:
        """Return the account of the legal entity in use."""
        return self.entity.account


def seat_of(by: Actor, *, chosen: str = "") -> Seat | None:
    """Return where this member sits, None for one without any seat.

    `chosen` is the id of the legal entity they asked for last; without it, or when it is not
    theirs (any more), it is the one that came first.
    """
    entities = list(
        legal_entities_visible_to(by)
        .select_related("account")
        .order_by("account__opened_at", "account_id", "id")
    )
    if not entities:
        return None
    entity = next((one for one in entities if str(one.pk) == chosen), entities[0])
    return Seat(entity, entities, business_unit(entity.account.business_unit))
