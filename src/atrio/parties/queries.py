"""Read customers. `…_visible_to` is the only way in for screens and API."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from atrio.identity.models import User
from atrio.kernel.actors import Actor
from atrio.kernel.database import set_context
from atrio.parties.models import Account, Contact, LegalEntity, Membership
from atrio.parties.rules import is_of_domain
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import business_unit

# Screens and API speak of accounts and import them from here, never from the models.
__all__ = ["Account"]


def accounts_visible_to(by: Actor) -> QuerySet[Account]:
    """Return the accounts this actor may see: a member's own, a member of staff's units'.

    One that was merged into another is seen no more; `living_account` says what it is now.
    """
    living = Account.objects.filter(merged_into=None)
    if by.kind == "member":
        return living.filter(pk__in=by.accounts)
    if by.kind in {"staff", "integrator"}:
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
class Acquaintance:
    """What we know of somebody who says to speak for a company that is a customer."""

    account_id: UUID
    contact: str  # linked | former | unknown
    is_of_domain: bool  # their address is of the company's registered domain
    has_admin: bool  # somebody there may let colleagues in


def acquaintance(
    *, country: str, tax_id_kind: str, tax_id: str, email: str, except_account: UUID | None = None
) -> Acquaintance | None:
    """Return how we stand with the company and the person; None if it is no customer.

    For the background: nothing of it may be told to whoever asks.
    """
    entity = (
        LegalEntity.objects.filter(country=country, tax_id_kind=tax_id_kind, tax_id=tax_id)
        .exclude(account=except_account)
        .first()
    )
    if entity is None:
        return None
    people = Contact.objects.filter(account=entity.account_id, email__iexact=email)
    activities = set(people.values_list("is_active", flat=True))
    admins = Membership.objects.filter(account=entity.account_id, role=Membership.Role.ADMIN)
    return Acquaintance(
        account_id=entity.account_id,
        contact="linked" if True in activities else "former" if activities else "unknown",
        is_of_domain=is_of_domain(email, entity.domain),
        has_admin=admins.filter(user__is_active=True).exists(),
    )


def admins_of(account_id: UUID) -> list[User]:
    """Return who may let colleagues into an account. For the background."""
    seats = Membership.objects.filter(
        account=account_id, role=Membership.Role.ADMIN, user__is_active=True
    )
    return [seat.user for seat in seats.select_related("user").order_by("created_at", "id")]


def is_admin_of(by: Actor, account_id: UUID) -> bool:
    """Say whether this member looks after the account."""
    return Membership.objects.filter(
        account=account_id, user_id=by.id, role=Membership.Role.ADMIN
    ).exists()


def account_with(*, country: str, tax_id_kind: str, tax_id: str) -> UUID | None:
    """Return the account that holds a tax id. For the background."""
    held = LegalEntity.objects.filter(country=country, tax_id_kind=tax_id_kind, tax_id=tax_id)
    return held.values_list("account_id", flat=True).first()


def contact_with(account_id: UUID, email: str) -> Contact:
    """Return the person with this address at an account. For the background."""
    return Contact.objects.get(account=account_id, email__iexact=email)


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
