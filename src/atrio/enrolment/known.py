"""What the house knows of a page's records already, read with a statement for each kind of row.

A phase reads what it needs and no more: tens of thousands of customers pass through here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from atrio.enrolment.models import Imprint
from atrio.enrolment.writing import rows_with
from atrio.outside.models import Connection, Link
from atrio.outside.ports import TaxId
from atrio.parties.models import Account, Contact, LegalEntity


@dataclass
class Known:
    """Accounts with their companies and people, and how a system calls them."""

    connection: Connection
    linked: dict[str, UUID] = field(default_factory=dict)  # outside id → account
    outside_ids: dict[UUID, str] = field(default_factory=dict)  # account → outside id
    accounts: dict[UUID, Account] = field(default_factory=dict)
    companies: dict[TaxId, LegalEntity] = field(default_factory=dict)
    contacts: dict[tuple[UUID, str], Contact] = field(default_factory=dict)
    imprints: dict[tuple[str, str], Imprint] = field(default_factory=dict)

    def account(self, account_id: UUID | None) -> Account | None:
        """Return the account, or the one it was merged into."""
        found = self.accounts.get(account_id) if account_id else None
        while found is not None and found.merged_into_id:
            found = self.accounts.get(found.merged_into_id)
        return found

    def read_links(self, outside_ids: Collection[str]) -> None:
        """Read which accounts have these ids over there."""
        links = self._account_links("outside_id", outside_ids)
        self.linked |= {link.outside_id: link.object_id for link in links}

    def read_imprints(self, kind: str, outside_ids: Collection[str]) -> None:
        """Read what the system said of these ids the last time."""
        same = {"connection_id": self.connection.pk, "kind": kind}
        for imprint in rows_with(Imprint, "outside_id", outside_ids, **same):
            self.imprints[kind, imprint.outside_id] = imprint

    def read_companies(self, tax_ids: Iterable[TaxId]) -> None:
        """Read who holds these tax ids."""
        groups: dict[tuple[str, str], list[str]] = {}
        for tax_id in tax_ids:
            groups.setdefault((tax_id.country, tax_id.kind), []).append(tax_id.number)
        for (country, kind), numbers in groups.items():
            same = {"country": country, "tax_id_kind": kind}
            self._keep(rows_with(LegalEntity, "tax_id", numbers, **same))

    def read_accounts(self, *more: UUID) -> None:
        """Read the accounts of all that was read, some more, and those they were merged into."""
        ids = {
            *more,
            *self.linked.values(),
            *(company.account_id for company in self.companies.values()),
            *(i.object_id for (kind, _), i in self.imprints.items() if kind == "account"),
        }
        while ids:
            self.accounts |= {account.pk: account for account in rows_with(Account, "id", ids)}
            merged = {account.merged_into_id for account in self.accounts.values()}
            ids = {one for one in merged if one and one not in self.accounts}

    def read_outside_ids(self) -> None:
        """Read what the accounts are called over there."""
        links = self._account_links("object_id", self.accounts)
        self.outside_ids |= {link.object_id: link.outside_id for link in links}

    def read_companies_of_accounts(self) -> None:
        """Read the companies of accounts of which none was read yet."""
        seen = {company.account_id for company in self.companies.values()}
        self._keep(rows_with(LegalEntity, "account_id", self.accounts.keys() - seen))

    def read_people(self) -> None:
        """Read the contacts of the accounts."""
        for contact in rows_with(Contact, "account_id", self.accounts):
            self.contacts[contact.account_id, contact.email.lower()] = contact

    def _keep(self, companies: Iterable[LegalEntity]) -> None:
        for company in companies:
            tax_id = TaxId(company.country, company.tax_id_kind, company.tax_id)
            self.companies[tax_id] = company

    def _account_links(self, column: str, values: Collection[object]) -> list[Link]:
        same = {"connection_id": self.connection.pk, "kind": "account"}
        return rows_with(Link, column, values, **same)
