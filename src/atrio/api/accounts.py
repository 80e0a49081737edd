"""Accounts of the key's business units: number, price group, legal entities."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Router

from atrio.api.access import IntegratorRequest, Key
from atrio.api.cursors import USUAL, Cursor, Limit, page_of
from atrio.api.problems import FOUND, REFUSALS
from atrio.api.schemas import Account, Accounts, LegalEntity
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotFound
from atrio.parties.queries import Account as AccountRow
from atrio.parties.queries import accounts_visible_to, legal_entities_visible_to

router = Router(tags=["accounts"], auth=Key("accounts:read"))
Number = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$")]


@router.get("", response={200: Accounts, **REFUSALS}, url_name="accounts")
def list_accounts(
    request: IntegratorRequest,
    cursor: Cursor = "",
    limit: Limit = USUAL,
    number: Number = "",
) -> Accounts:
    """List the customers of the key's business units, newest first."""
    with acting_as(request.auth):
        rows = _rows(request.auth)
        rows = rows.filter(customer_number=number) if number else rows
        found, after = page_of(rows, cursor=cursor, limit=limit)
        return Accounts(items=[_told(row) for row in found], next_cursor=after)


@router.get("/{uuid:account_id}", response={200: Account, **FOUND}, url_name="account")
def read_account(request: IntegratorRequest, account_id: UUID) -> Account:
    """Read one customer."""
    with acting_as(request.auth):
        found = _rows(request.auth).filter(pk=account_id).first()
        if found is None:
            raise NotFound(_("There is no such account."))
        return _told(found)


def _rows(by: Actor) -> QuerySet[AccountRow]:
    entities = Prefetch("legal_entities", legal_entities_visible_to(by).order_by("id"))
    return accounts_visible_to(by).prefetch_related(entities)


def _told(row: AccountRow) -> Account:
    return Account(
        id=row.pk,
        number=row.customer_number,
        name=row.name,
        business_unit=row.business_unit,
        price_group=row.price_group,
        opened_at=row.opened_at,
        legal_entities=[
            LegalEntity(
                id=one.pk,
                legal_name=one.legal_name,
                trade_name=one.trade_name,
                country=one.country,
                tax_id_kind=one.tax_id_kind,
                tax_id=one.tax_id,
                address=one.address,
            )
            for one in row.legal_entities.all()
        ],
    )
