"""Change customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.parties.models import Account, Contact, LegalEntity, Membership
from atrio.parties.queries import accounts_visible_to, living_account
from atrio.timeline.actions import Where, record


class AlreadyCustomer(Refused):
    """The company has an account; what opens it is proof of control, not a form."""


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """What an account is opened with. `address` has the parts of a postal address.

    `sources` tells who said so, for each field the customer did not say: "register", "erp".
    """

    account_id: UUID
    business_unit: str
    price_group: str
    legal_name: str
    trade_name: str
    country: str
    tax_id_kind: str
    tax_id: str
    activity: str
    address: Mapping[str, Any]
    contact_name: str
    email: str
    phone: str
    language: str
    customer_number: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)


def refuse_known_company(
    *, country: str, tax_id_kind: str, tax_id: str, except_account: UUID | None = None
) -> None:
    """Raise AlreadyCustomer when an account, other than the one named, holds the tax id."""
    holders = LegalEntity.objects.filter(country=country, tax_id_kind=tax_id_kind, tax_id=tax_id)
    if holders.exclude(account=except_account).exists():
        raise AlreadyCustomer(_("This company already has an account."))


@transaction.atomic
def open_account(*, customer: NewCustomer, now: datetime) -> Account:
    """Open the account with its first legal entity and contact; the same id, once.

    An account that was merged since then is what it was merged into.
    Raises AlreadyCustomer when another account holds the tax id.
    """
    found = Account.objects.filter(pk=customer.account_id).first()
    if found:
        return Account.objects.get(pk=living_account(found.pk)) if found.merged_into_id else found
    refuse_known_company(
        country=customer.country, tax_id_kind=customer.tax_id_kind, tax_id=customer.tax_id
    )
    account = Account.objects.create(
        id=customer.account_id,
        name=customer.trade_name or customer.legal_name,
        business_unit=customer.business_unit,
        customer_number=customer.customer_number,
        price_group=customer.price_group,
        opened_at=now,
    )
    LegalEntity.objects.create(
        account=account,
        legal_name=customer.legal_name,
        trade_name=customer.trade_name,
        country=customer.country,
        tax_id_kind=customer.tax_id_kind,
        tax_id=customer.tax_id,
        activity=customer.activity,
        address=dict(customer.address),
        sources=dict(customer.sources),
    )
    Contact.objects.create(
        account=account,
        name=customer.contact_name,
        email=customer.email,
        phone=customer.phone,
        language=customer.language,
    )
    return account


@transaction.atomic
def note_contact(*, account_id: UUID, name: str, email: str, phone: str, language: str) -> Account:
    """See that a person stands at an account, as one who works there; return the account.

    What we know of them already is kept as it is.
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    known = account.contacts.filter(email__iexact=email)
    if not known.exists():
        account.contacts.create(name=name, email=email, phone=phone, language=language)
    known.filter(is_active=False).update(is_active=True)
    return account


def give_seat(*, account_id: UUID, user_id: UUID, role: str, now: datetime) -> Membership:
    """Give a user a seat in an account; one who has a seat keeps it as it is."""
    seat, _created = Membership.objects.get_or_create(
        account_id=account_id, user_id=user_id, defaults={"role": role, "created_at": now}
    )
    return seat


@transaction.atomic
def note_first_price(*, by: Actor, account_id: UUID, now: datetime) -> bool:
    """Stop the access clock at the first article shown with its price; say if it was the first."""
    account = accounts_visible_to(by).filter(pk=account_id)
    if not account.filter(first_price_at=None).update(first_price_at=now):
        return False
    where = Where(account_id=account_id, business_unit=account.get().business_unit)
    record(by=by, what="price.first_shown", where=where, now=now)
    return True
