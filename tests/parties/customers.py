"""Customers for tests: a unit with an ERP in memory, and the people who buy from it.

The cast: Alice buys, Bob only reads, Mallory works elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.utils import timezone

from atrio.connectors.memory import MemoryErp
from atrio.identity.actions import ensure_user
from atrio.identity.models import User
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.ids import new_id
from atrio.outside.actions import link
from atrio.outside.connections import open_erp
from atrio.outside.invented import invented_numbers
from atrio.outside.models import Connection
from atrio.outside.ports import CustomerDraft, PostalAddress, TaxId
from atrio.parties.actions import NewCustomer, give_seat, open_account
from atrio.parties.models import Account
from atrio.parties.queries import member_actor
from atrio.seller.models import BusinessUnit
from atrio.trade.actions import mirror_catalogue

NUMBERS = invented_numbers(start=1000)
ADDRESS = PostalAddress(
    street="Rua das Bromélias",
    number="12",
    extra="Sala 3",
    district="Centro",
    postal_code="01310100",
    city="São Paulo",
    region="SP",
    country="BR",
)


@dataclass(frozen=True)
class Customer:
    """A person at a company, and what both are to us."""

    user: User
    account: Account
    actor: Actor


@contextmanager
def seen_by(actor: Actor) -> Iterator[None]:
    """Let the database show only what the actor may see, within the test's own transaction.

    What `acting_as` tells the database ends with the transaction, and here that is the test's.
    """
    try:
        with acting_as(actor):
            yield
    finally:
        be_nobody()


def be_nobody(role: str = "none") -> None:
    """Give back the role and the context that a request or a block has left behind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('role', %s, true), set_config('atrio.accounts', '', true),"
            " set_config('atrio.user', '', true), set_config('atrio.application', '', true)",
            [role],
        )


class Browser(Client):
    """A browser whose requests are served as the web process is by the database.

    Within the test's own transaction: every request takes on the role and leaves it behind.
    """

    def request(self, **request):
        """Send a request."""
        be_nobody(role="atrio_web")
        try:
            return super().request(**request)
        finally:
            be_nobody()

    def come_in(self, user: User) -> Browser:
        """Sign in without the ceremony."""
        self.force_login(user)
        return self


def make_unit(*, code: str = "nordlicht-br", articles: int = 30) -> BusinessUnit:
    """Make a unit whose ERP, in memory and its own, has so many articles for sale."""
    Connection.objects.create(
        code=f"erp-{code}",
        port="erp",
        product="memory",
        base_url=f"memory:{uuid4()}",
        options={"articles": articles},
        created_at=timezone.now(),
    )
    unit = BusinessUnit.objects.create(
        code=code,
        name="Nordlicht Supplies Brasil",
        country="BR",
        currency="BRL",
        language="pt-br",
        time_zone="America/Sao_Paulo",
        sender="ola@nordlicht.example",
        erp=f"erp-{code}",
        registry="registry-br",
    )
    mirror_catalogue(erp=unit.erp, now=timezone.now())
    return unit


def erp_of(unit: BusinessUnit) -> MemoryErp:
    """Return the unit's ERP, with the handles that tests turn."""
    erp = open_erp(unit.erp)
    assert isinstance(erp, MemoryErp)
    return erp


def become_customer(
    unit: BusinessUnit,
    email: str = "alice@ventorim.example",
    *,
    name: str = "Alice Prado",
    company: str = "Ventorim Instalações Ltda",
    price_group: str = "Atacado",
) -> Customer:
    """Open an account for a new company of this person, here and in the ERP."""
    now, tax_id = timezone.now(), TaxId("BR", "br_cnpj", next(NUMBERS))
    account_id = new_id()
    draft = CustomerDraft(
        reference=account_id.hex,
        legal_name=company,
        trade_name="",
        tax_id=tax_id,
        address=ADDRESS,
        contact_name=name,
        email=email,
        phone="+5511912345678",
        language="pt-BR",
        price_group=price_group,
    )
    number = erp_of(unit).create_customer(draft).number
    assert number
    account = open_account(customer=_opening(unit, account_id, draft, number), now=now)
    link(
        connection=Connection.objects.get(code=unit.erp),
        kind="account",
        object_id=account_id,
        outside_id=number,
        now=now,
    )
    return take_seat(account, email, name=name)


def take_seat(account: Account, email: str, *, name: str, role: str = "admin") -> Customer:
    """Give somebody a seat in an account that is there already."""
    user = ensure_user(email=email, name=name, language="en")
    give_seat(account_id=account.pk, user_id=user.pk, role=role, now=timezone.now())
    with seen_by(Actor(kind="member", id=str(user.pk))):
        return Customer(user, account, member_actor(user.pk, str(user)))


def _opening(unit: BusinessUnit, account_id, draft: CustomerDraft, number: str) -> NewCustomer:
    return NewCustomer(
        account_id=account_id,
        business_unit=unit.code,
        price_group=draft.price_group,
        legal_name=draft.legal_name,
        trade_name=draft.trade_name,
        country=draft.tax_id.country,
        tax_id_kind=draft.tax_id.kind,
        tax_id=draft.tax_id.number,
        activity="Comércio varejista de material elétrico",
        address={name: getattr(draft.address, name) for name in PostalAddress.__dataclass_fields__},
        contact_name=draft.contact_name,
        email=draft.email,
        phone=draft.phone,
        language=draft.language,
        customer_number=number,
        sources={"legal_name": "register"},
    )
