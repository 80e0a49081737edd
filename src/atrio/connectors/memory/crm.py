"""A CRM in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from operator import attrgetter
from typing import TypeVar

from atrio.connectors.memory.crm_base import (
    ACCOUNT,
    CONTACT,
    base_records,
    crowd_records,
    link_id,
    scripted_records,
)
from atrio.connectors.memory.joining import InMemory
from atrio.connectors.memory.state import Breakdown
from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports import (
    CrmAccount,
    CrmAccountDraft,
    CrmContact,
    CrmContactDraft,
    CrmDuplicate,
    CrmLink,
    TaxId,
)

_Record = TypeVar("_Record", CrmAccount, CrmContact)
_Kept = TypeVar("_Kept")


class MemoryCrm(InMemory):
    """Fulfils the port `Crm` without leaving the process.

    Options: `latency_seconds` (a number, or one per operation), `remembers` (how many records of
    each kind, 2000), `refuses` (operation → codes of errors, turn by turn, "" for none), `base`
    (it begins with the people of the invented base), `records` (and with those of a script, see
    `crm_base.scripted_records`) and `crowd` (and with so many companies more).

    It holds companies of one tax id, or of one name and phone, to be doubles, and people of one
    email.
    """

    def find_accounts(self, tax_id: TaxId) -> list[CrmAccount]:
        """Return the companies this process knows by the number."""
        with self._state.operation("find_accounts", self._options, tax_id):
            known = self._state.accounts.values()
            return _by_id(account for account in known if account.tax_id == tax_id)

    def find_contacts(self, email: str) -> list[CrmContact]:
        """Return the people this process knows by the address."""
        with self._state.operation("find_contacts", self._options, email):
            known = self._state.contacts.values()
            return _by_id(one for one in known if email and _same(one.email, email))

    def links(self, *, account: str = "", contact: str = "") -> list[CrmLink]:
        """Return the links this process knows."""
        with self._state.operation("links", self._options, (account, contact)):
            if not (account or contact):
                return []
            return _by_id(
                self._current(link)
                for link in self._state.links.values()
                if account in ("", link.account.id) and contact in ("", link.contact.id)
            )

    def save_account(
        self, draft: CrmAccountDraft, *, into: str = "", despite_duplicates: bool = False
    ) -> CrmAccount:
        """Keep the company; its id follows from the reference, in every process alike."""
        with self._state.operation("save_account", self._options, draft):
            known = self._state.accounts
            said = CrmAccount(
                id=into or self._id_of(ACCOUNT, draft.reference, known),
                name=draft.name,
                tax_id=draft.tax_id,
                domain=draft.domain,
                phone=draft.phone,
                customer_number=draft.customer_number,
                reference=draft.reference,
            )
            account = _merged(known, said, into=into)
            doubles = [one for one in known.values() if _is_double(account, one)]
            if doubles and not despite_duplicates:
                message = f"The CRM in memory knows the company as {_ids(doubles)}"
                raise CrmDuplicate(message, accounts=doubles)
            return self._keep(known, account.id, account)

    def save_contact(
        self, draft: CrmContactDraft, *, into: str = "", despite_duplicates: bool = False
    ) -> CrmContact:
        """Keep the person; their id follows from the reference, in every process alike."""
        with self._state.operation("save_contact", self._options, draft):
            known = self._state.contacts
            said = CrmContact(
                id=into or self._id_of(CONTACT, draft.reference, known),
                name=draft.name,
                email=draft.email,
                phone=draft.phone,
                reference=draft.reference,
            )
            contact = _merged(known, said, into=into)
            doubles = [
                one
                for one in known.values()
                if one.id != contact.id and one.email and _same(one.email, contact.email)
            ]
            if doubles and not despite_duplicates:
                message = f"The CRM in memory knows the person as {_ids(doubles)}"
                raise CrmDuplicate(message, contacts=doubles)
            account = self._account(draft.account) if draft.account else None
            is_new = contact.id not in known
            self._keep(known, contact.id, contact)
            if account and (is_new or not self._is_filed(contact.id)):
                self._put_link(account, contact, is_direct=True)
            return contact

    def save_link(self, *, account: str, contact: str, roles: Sequence[str] = ()) -> CrmLink:
        """Keep the link; what another process has created is taken on trust."""
        with self._state.operation("save_link", self._options, (account, contact, roles)):
            ends = self._account(account), self._contact(contact)
            found = self._state.links.get(link_id(account, contact))
            link = found or self._put_link(*ends, is_direct=False)
            every = tuple(dict.fromkeys((*link.roles, *roles)))
            link = replace(link, is_active=True, roles=every)
            return self._current(self._keep(self._state.links, link.id, link))

    def accounts(self, *, after: str = "") -> Iterator[CrmAccount]:
        """Yield the companies this process knows."""
        with self._state.operation("accounts", self._options, after):
            known = _by_id(one for one in self._state.accounts.values() if one.id > after)
        yield from known

    def all_links(self, *, after: str = "") -> Iterator[CrmLink]:
        """Yield the links this process knows."""
        with self._state.operation("all_links", self._options, after):
            links = [self._current(one) for one in self._state.links.values() if one.id > after]
        yield from _by_id(links)

    # What tests and benchmarks turn.

    def break_next(self, operation: str, how: Breakdown, *, times: int = 1) -> None:
        """Let the next calls of an operation fail: busy, no_answer (done, then silent), failed."""
        with self._state.lock:
            self._state.breakdowns[operation].extend([how] * times)

    def take_on(self, record: CrmAccount | CrmContact | CrmLink) -> None:
        """Have a record, or have it otherwise, as if somebody had typed it in over there.

        A link brings both its ends along.
        """
        with self._state.lock:
            if isinstance(record, CrmLink):
                self._state.links[record.id] = record
                self._state.accounts[record.account.id] = record.account
                self._state.contacts[record.contact.id] = record.contact
            elif isinstance(record, CrmAccount):
                self._state.accounts[record.id] = record
            else:
                self._state.contacts[record.id] = record

    def end_link(self, *, account: str, contact: str) -> None:
        """Mark a link as over, as somebody does whose customer tells them of a leaver."""
        with self._state.lock:
            link = self._state.links[link_id(account, contact)]
            self._state.links[link.id] = replace(link, is_active=False)

    def _begin(self) -> None:
        with self._state.lock:
            if self._state.began_with_records is not None:
                return
            base = base_records() if self._options.get("base") else ()
            script = scripted_records(self._options.get("records", ()))
            for record in (*base, *script, *crowd_records(int(self._options.get("crowd", 0)))):
                self.take_on(record)
            self._state.began_with_records = max(
                len(self._state.accounts), len(self._state.contacts), len(self._state.links)
            )

    def _keep(self, known: dict[str, _Kept], identity: str, record: _Kept) -> _Kept:
        known[identity] = record
        at_most = (self._state.began_with_records or 0) + int(self._options.get("remembers", 2000))
        while len(known) > at_most:
            del known[next(iter(known))]
        return record

    def _id_of(self, kind: str, reference: str, known: Mapping[str, _Record]) -> str:
        taken_over = (one.id for one in known.values() if one.reference == reference)
        return next(taken_over, f"{kind}{sha256(reference.encode()).hexdigest()[:12]}")

    def _account(self, identity: str) -> CrmAccount:
        """Return a company, empty if another process has created it."""
        known = self._state.accounts.get(identity)
        if known is None and not identity.startswith(ACCOUNT):
            raise _not_found(identity)
        return known or CrmAccount(identity, "", None, "", "", "")

    def _contact(self, identity: str) -> CrmContact:
        known = self._state.contacts.get(identity)
        if known is None and not identity.startswith(CONTACT):
            raise _not_found(identity)
        return known or CrmContact(identity, "", "", "")

    def _is_filed(self, contact: str) -> bool:
        links = self._state.links.values()
        return any(link.is_direct and link.contact.id == contact for link in links)

    def _put_link(self, account: CrmAccount, contact: CrmContact, *, is_direct: bool) -> CrmLink:
        identity = link_id(account.id, contact.id)
        link = CrmLink(identity, account, contact, is_active=True, is_direct=is_direct, roles=())
        return self._keep(self._state.links, identity, link)

    def _current(self, link: CrmLink) -> CrmLink:
        return replace(
            link,
            account=self._state.accounts.get(link.account.id, link.account),
            contact=self._state.contacts.get(link.contact.id, link.contact),
        )


def _merged(known: Mapping[str, _Record], said: _Record, *, into: str) -> _Record:
    """Return what a record becomes by what was said: gaps filled, or changed where it is ours."""
    before = known.get(said.id)
    if before is None:
        if into:
            raise _not_found(into)
        return said
    if before.reference not in ("", said.reference):
        message = f"{into} carries the reference {before.reference!r} already"
        raise OutsideFailure(message, code="linked_elsewhere")
    first, second = (before, said) if into else (said, before)
    names = said.__dataclass_fields__
    return replace(said, **{n: getattr(first, n) or getattr(second, n) for n in names})


def _is_double(one: CrmAccount, other: CrmAccount) -> bool:
    if one.id == other.id:
        return False
    has_same_number = one.tax_id is not None and one.tax_id == other.tax_id
    has_same_phone = bool(one.phone) and one.phone == other.phone
    return has_same_number or (has_same_phone and _same(one.name, other.name))


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _by_id(records: Iterable[_Kept]) -> list[_Kept]:
    return sorted(records, key=attrgetter("id"))


def _ids(records: Sequence[CrmAccount] | Sequence[CrmContact]) -> str:
    return ", ".join(record.id for record in records)


def _not_found(identity: str) -> OutsideFailure:
    return OutsideFailure(f"The CRM in memory has no {identity!r}", code="not_found")
