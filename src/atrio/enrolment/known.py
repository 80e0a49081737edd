"""What the house knows of a page's records already, read with a query for each kind of row."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from atrio.enrolment.models import Imprint
from atrio.outside.models import Connection, Link
from atrio.outside.ports import TaxId
from atrio.parties.models import Account, Contact, LegalEntity


@dataclass
class Known:
    """Accounts with their companies and people, and how a system calls them."""

    linked: dict[str, UUID] = field(default_factory=dict)  # outside id → account
    outside_ids: dict[UUID, str] = field(default_factory=dict)  # account → outside id
    accounts: dict[UUID, Account] = field(default_factory=dict)
    companies: dict[TaxId, LegalEntity] = field(default_factory=dict)
    first_companies: dict[UUID, LegalEntity] = field(default_factory=dict)  # by account
    contacts: dict[tuple[UUID, str], Contact] = field(default_factory=dict)
    imprints: dict[tuple[str, str], Imprint] = field(default_factory=dict)

    def account(self, account_id: UUID | None) -> Account | None:
        """Return the account, or the one it was merged into."""
        found = self.accounts.get(account_id) if account_id else None
        while found is not None and found.merged_into_id:
            found = self.accounts.get(found.merged_into_id)
        return found


def read_known(
    connection: Connection,
    *,
    outside_ids: Collection[str],
    tax_ids: Collection[TaxId] = (),
    account_ids: Collection[UUID] = (),
    imprints: Iterable[tuple[str, Collection[str]]] = (),
) -> Known:
    """Return what is known of accounts by their ids in a system, by their tax ids, by our ids."""
    known = Known()
    for kind, names in imprints:
        found = Imprint.objects.filter(connection=connection, kind=kind, outside_id__in=names)
        known.imprints |= {(kind, imprint.outside_id): imprint for imprint in found}
    links = Link.objects.filter(connection=connection, kind="account")
    known.linked = dict(
        links.filter(outside_id__in=outside_ids).values_list("outside_id", "object_id")
    )
    numbers = [tax_id.number for tax_id in tax_ids]
    holders = LegalEntity.objects.filter(tax_id__in=numbers)
    ids: set[UUID] = {
        *account_ids,
        *known.linked.values(),
        *holders.values_list("account_id", flat=True),
        *(imprint.object_id for (kind, _), imprint in known.imprints.items() if kind == "account"),
    }
    _read_accounts(known, ids)
    for entity in LegalEntity.objects.filter(account__in=known.accounts).order_by("id"):
        known.first_companies.setdefault(entity.account_id, entity)
        known.companies[TaxId(entity.country, entity.tax_id_kind, entity.tax_id)] = entity
    of_accounts = links.filter(object_id__in=known.accounts)
    known.outside_ids = dict(of_accounts.values_list("object_id", "outside_id"))
    for contact in Contact.objects.filter(account__in=known.accounts):
        known.contacts[contact.account_id, contact.email.lower()] = contact
    return known


def _read_accounts(known: Known, ids: set[UUID]) -> None:
    """Read accounts, and those they were merged into, however often."""
    while ids:
        known.accounts |= Account.objects.in_bulk(ids)
        merged = {account.merged_into_id for account in known.accounts.values()}
        ids = {one for one in merged if one and one not in known.accounts}
