"""The port of CRMs: who works for which company, and who is known already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports.values import PostalAddress, TaxId


@dataclass(frozen=True, slots=True)
class CrmAccount:
    """A company as the CRM has it; "" where it knows nothing."""

    id: str  # the CRM's
    name: str
    tax_id: TaxId | None
    domain: str  # "nordlicht.example": lower case, without scheme and "www."
    phone: str  # as somebody typed it
    customer_number: str  # the ERP's
    reference: str = ""  # ours; "" when Atrio has never written this record


@dataclass(frozen=True, slots=True)
class CrmContact:
    """A person as the CRM has them."""

    id: str  # the CRM's
    name: str
    email: str  # as somebody typed it
    phone: str
    reference: str = ""  # ours; "" when Atrio has never written this record


@dataclass(frozen=True, slots=True)
class CrmLink:
    """A person's place at a company. One who has left stays, as an inactive link."""

    id: str  # the CRM's
    account: CrmAccount
    contact: CrmContact
    is_active: bool
    is_direct: bool  # the company the CRM files the person under: one at most
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrmAccountDraft:
    """What we know of a company. What is "" or None here is left in the CRM as it is."""

    reference: str  # ours, for ever the same for the same company: the account's uuid
    name: str
    tax_id: TaxId | None = None
    domain: str = ""
    phone: str = ""  # E.164
    customer_number: str = ""
    address: PostalAddress = field(default_factory=PostalAddress)


@dataclass(frozen=True, slots=True)
class CrmContactDraft:
    """What we know of a person. What is "" here is left in the CRM as it is."""

    reference: str  # ours, for ever the same for the same person
    name: str
    email: str
    phone: str = ""  # E.164
    account: str = ""  # the CRM's id of the company to file a new person under


class CrmDuplicate(OutsideFailure):
    """The CRM holds that it knows this company or person already; `str(error)` says as which.

    Of `accounts` and `contacts` that is filled which was to be saved; both are empty when our
    user may not see the match. Whether a match is the same one is for the caller to judge: a
    rule of a CRM may go by the name alone. To go on, save `into` it or `despite_duplicates`.
    """

    def __init__(
        self,
        message: str,
        *,
        accounts: Sequence[CrmAccount] = (),
        contacts: Sequence[CrmContact] = (),
    ) -> None:
        super().__init__(message, code="duplicate")
        self.accounts = tuple(accounts)
        self.contacts = tuple(contacts)


class Crm(Protocol):
    """The system in which companies and the people who work for them are known."""

    def probe(self) -> None:
        """Read something cheap, to no effect; returns if the CRM works and we may use it."""
        ...

    def find_accounts(self, tax_id: TaxId) -> list[CrmAccount]:
        """Return all companies with this tax id: more than one are the CRM's own duplicates."""
        ...

    def find_contacts(self, email: str) -> list[CrmContact]:
        """Return all people with this address, in whatever case it was written."""
        ...

    def links(self, *, account: str = "", contact: str = "") -> list[CrmLink]:
        """Return the links of a company, of a person, or the one between both.

        Those that are inactive are among them; a record that is not there has none.
        """
        ...

    def save_account(
        self, draft: CrmAccountDraft, *, into: str = "", despite_duplicates: bool = False
    ) -> CrmAccount:
        """Create or change the company with our reference, and return it as the CRM has it then.

        The same draft twice makes one record, also when the first answer was lost. With `into`,
        the record of that id becomes ours: the reference is written, gaps are filled, nothing
        that stands there is changed. Raises OutsideFailure("linked_elsewhere") if it carries
        another reference, ("not_found") if there is none, and CrmDuplicate.
        """
        ...

    def save_contact(
        self, draft: CrmContactDraft, *, into: str = "", despite_duplicates: bool = False
    ) -> CrmContact:
        """Create or change the person with our reference, as `save_account` does a company.

        A person who is there is not filed under another company, whatever the draft says.
        """
        ...

    def save_link(self, *, account: str, contact: str, roles: Sequence[str] = ()) -> CrmLink:
        """Create the link if there is none, reactivate it if it is inactive, and return it.

        Roles are added to those it has. Both ids are the CRM's; OutsideFailure("not_found") if
        either is gone.
        """
        ...

    def accounts(self, *, after: str = "") -> Iterator[CrmAccount]:
        """Yield every company in the order of their ids, page by page.

        To go on where an earlier run ended, say which id was the last one it took.
        """
        ...

    def all_links(self, *, after: str = "") -> Iterator[CrmLink]:
        """Yield every link, inactive ones too, in the order of their ids; `after` as above."""
        ...
