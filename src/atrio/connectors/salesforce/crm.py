"""Companies, people and their links in Salesforce.

Our reference stands in a custom field that is an external id and unique. Upserting by it is the
one creation among all systems we know that is safe to send twice: whatever became of the first,
there is one record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import httpx

from atrio.connectors.salesforce.fields import Fields, has_both_ends, one_thing, text
from atrio.connectors.salesforce.rest import PagesEnded, RecordsMatch, Row, SalesforceRest
from atrio.connectors.salesforce.soql import select
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.http import OutsideHttp
from atrio.outside.ports import (
    CrmAccount,
    CrmAccountDraft,
    CrmContact,
    CrmContactDraft,
    CrmDuplicate,
    CrmLink,
    TaxId,
)

_LINK = "AccountContactRelation"
_Saved = TypeVar("_Saved", CrmAccount, CrmContact, CrmLink)


class SalesforceCrm:
    """Fulfils the port `Crm` for one org; the secret is `client_id:client_secret`.

    Options: `version` ("60.0"), `instance_hosts` (hosts besides that of `base_url` on which the
    org may be said to live), `page_size` (2000), `reference_field`, `customer_number_field`,
    `tax_id_fields` (kind → field), `roles` (our word → Salesforce's),
    `state_and_country_picklists`; those of `OutsideHttp`.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret: str = "",
        options: Mapping[str, Any] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare to talk to the org at its My Domain; the first operation asks for a token."""
        options = options or {}
        version = str(options.get("version", "60.0"))
        if not re.fullmatch(r"\d{2,3}\.0", version, re.ASCII):
            raise ValueError(f"{version!r} is no version of Salesforce's API")
        client_id, _, client_secret = secret.partition(":")

        def http(url: str) -> OutsideHttp:
            secrets = [secret, client_secret]
            return OutsideHttp(url, options=options, secrets=secrets, transport=transport)

        self._rest = SalesforceRest(
            http(base_url),
            instances={httpx.URL(url).host: http(url) for url in _instances(options, base_url)},
            client_id=client_id,
            client_secret=client_secret,
            version=version,
        )
        self._fields = Fields.from_options(options)
        self._page_size = int(options.get("page_size", 2000))

    def probe(self) -> None:
        """Read one relation, with every field of its ends that the connection names."""
        list(self._rest.query(select(self._fields.of_link, _LINK, limit=1)))

    def find_accounts(self, tax_id: TaxId) -> list[CrmAccount]:
        """Return the accounts with the number, written compact or with its punctuation."""
        name = self._tax_id_field(tax_id)
        found = self._accounts(**{name: self._fields.spellings(tax_id)})
        return [account for account in found if account.tax_id == tax_id]

    def find_contacts(self, email: str) -> list[CrmContact]:
        """Return the contacts with the address; SOQL compares texts without regard to case."""
        found = self._contacts(Email=email) if email else []
        return [contact for contact in found if contact.email.lower() == email.lower()]

    def links(self, *, account: str = "", contact: str = "") -> list[CrmLink]:
        """Return the AccountContactRelations between two, or of one."""
        ends = {"AccountId": account, "ContactId": contact}
        where = {name: id_ for name, id_ in ends.items() if id_}
        # Salesforce refuses what cannot be an id; nothing of ours has one.
        if not where or not all(map(_may_be_id, where.values())):
            return []
        query = select(self._fields.of_link, _LINK, where=where)
        return [self._fields.link(row) for row in self._rest.query(query) if has_both_ends(row)]

    def save_account(
        self, draft: CrmAccountDraft, *, into: str = "", despite_duplicates: bool = False
    ) -> CrmAccount:
        """Upsert the account by our reference, and read it back."""
        if draft.tax_id:
            self._tax_id_field(draft.tax_id)
        try:
            self._save(
                "Account",
                draft.reference,
                self._fields.values_of_account(draft),
                into=into,
                despite_duplicates=despite_duplicates,
            )
            return _only(self._accounts(**{self._fields.reference: draft.reference}))
        except RecordsMatch as error:
            matches = self._accounts(Id=_ids(error)) if _ids(error) else []
            raise CrmDuplicate(str(error), accounts=matches) from error

    def save_contact(
        self, draft: CrmContactDraft, *, into: str = "", despite_duplicates: bool = False
    ) -> CrmContact:
        """Upsert the contact by our reference, and read it back.

        Only a new one is filed under the draft's account: changing it would move a person.
        """
        ours = {self._fields.reference: draft.reference}
        values = self._fields.values_of_contact(draft)
        if draft.account and (into or not self._contacts(**ours)):
            values["AccountId"] = draft.account
        try:
            self._save(
                "Contact",
                draft.reference,
                values,
                into=into,
                despite_duplicates=despite_duplicates,
            )
            return _only(self._contacts(**ours))
        except RecordsMatch as error:
            matches = self._contacts(Id=_ids(error)) if _ids(error) else []
            raise CrmDuplicate(str(error), contacts=matches) from error

    def save_link(self, *, account: str, contact: str, roles: Sequence[str] = ()) -> CrmLink:
        """Create the relation, or reactivate it and add the roles; it is unique in Salesforce."""
        link = next(iter(self.links(account=account, contact=contact)), None)
        if link is None:
            ends = {"AccountId": account, "ContactId": contact}
            values = {**ends, "IsActive": True, "Roles": self._fields.joined(roles)}
            try:
                self._rest.write("POST", _LINK, values=values)
            except OutsideFailure:
                # In whatever words it is refused: somebody may have created it since we looked.
                if not self.links(account=account, contact=contact):
                    raise
                return self.save_link(account=account, contact=contact, roles=roles)
        elif not link.is_active or set(roles) - set(link.roles):
            values = {"IsActive": True, "Roles": self._fields.joined([*link.roles, *roles])}
            if not link.is_active:
                values["EndDate"] = None
            self._rest.write("PATCH", _LINK, link.id, values=values)
        else:
            return link
        return _only(self.links(account=account, contact=contact))

    def accounts(self, *, after: str = "") -> Iterator[CrmAccount]:
        """Yield all accounts by id."""
        for row in self._all("Account", self._fields.of_account, after):
            yield self._fields.account(row)

    def all_links(self, *, after: str = "") -> Iterator[CrmLink]:
        """Yield all relations by id."""
        for row in self._all(_LINK, self._fields.of_link, after):
            if has_both_ends(row):
                yield self._fields.link(row)

    def _save(
        self,
        table: str,
        reference: str,
        values: Mapping[str, object],
        *,
        into: str,
        despite_duplicates: bool,
    ) -> None:
        if into:
            values = self._gaps(table, reference, values, into)
            self._rest.write(
                "PATCH", table, into, values=values, despite_duplicates=despite_duplicates
            )
            return

        def upsert() -> None:
            self._rest.write(
                *("PATCH", table, self._fields.reference, reference),
                values=values,
                despite_duplicates=despite_duplicates,
            )

        try:
            upsert()
        except RecordsMatch as error:
            # Of two at once, one may be refused for what the other has just created.
            created = {self._fields.reference: reference, "Id": _ids(error)}
            if not created["Id"] or not self._rows(table, ("Id",), created):
                raise
            upsert()

    def _gaps(
        self, table: str, reference: str, values: Mapping[str, object], into: str
    ) -> dict[str, object]:
        """Return our reference, and those of the values for which a record has nothing yet.

        What is one thing in several fields is filled whole or not at all: half their address and
        half of ours is nobody's.
        """
        ours = self._fields.reference
        rows = self._rows(table, ("Id", ours, *values), {"Id": into}) if _may_be_id(into) else []
        if not rows:
            raise OutsideFailure(f"Salesforce has no {table} {into!r}", code="not_found")
        (row,) = rows
        if text(row, ours) not in ("", reference):
            raise OutsideFailure(
                f"{table} {into} carries the reference {text(row, ours)!r} already",
                code="linked_elsewhere",
            )
        held = {one_thing(name) for name in values if row.get(name)}
        gaps = {name: value for name, value in values.items() if one_thing(name) not in held}
        return {ours: reference, **gaps}

    def _accounts(self, **where: str | Sequence[str]) -> list[CrmAccount]:
        rows = self._rows("Account", self._fields.of_account, where)
        return [self._fields.account(row) for row in rows]

    def _contacts(self, **where: str | Sequence[str]) -> list[CrmContact]:
        rows = self._rows("Contact", self._fields.of_contact, where)
        return [self._fields.contact(row) for row in rows]

    def _rows(
        self, table: str, fields: Sequence[str], where: Mapping[str, str | Sequence[str]]
    ) -> list[Row]:
        return list(self._rest.query(select(fields, table, where=where)))

    def _all(self, table: str, fields: Sequence[str], after: str) -> Iterator[Row]:
        while True:
            query = select(fields, table, after=after)
            try:
                for row in self._rest.query(query, page_size=self._page_size):
                    after = row["Id"]
                    yield row
            except PagesEnded:
                continue  # whoever takes the rows took too long: from the last one on
            return

    def _tax_id_field(self, tax_id: TaxId) -> str:
        try:
            return self._fields.tax_ids[tax_id.kind]
        except KeyError:
            raise OutsideFailure(
                f"This connection names no field for a {tax_id.kind}", code="misconfigured"
            ) from None


def _instances(options: Mapping[str, Any], base_url: str) -> list[str]:
    port = httpx.URL(base_url).port
    suffix = f":{port}" if port else ""
    scheme = httpx.URL(base_url).scheme
    return [f"{scheme}://{host}{suffix}" for host in options.get("instance_hosts", ())]


def _may_be_id(text: str) -> bool:
    return re.fullmatch(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?", text) is not None


def _ids(error: RecordsMatch) -> list[str]:
    return list(filter(_may_be_id, error.ids))


def _only(saved: Sequence[_Saved]) -> _Saved:
    """Return the one record that was saved."""
    if not saved:
        raise OutsideBusy("Salesforce has taken the record and does not show it yet")
    if len(saved) > 1:
        raise RecordsMatch("Several records carry our reference", [one.id for one in saved])
    return saved[0]
