"""Taking over one person at an account, from whichever system."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from atrio.enrolment.known import Known
from atrio.enrolment.page import Page
from atrio.enrolment.rules import Doubt, Someone, takes
from atrio.parties.models import Account, Contact

_UNSAID: dict[str, Any] = {"name": "", "phone": ""}


@dataclass(frozen=True, slots=True)
class Source:
    """How a system calls the person, and what else it takes to take them over."""

    outside_id: str
    language: str
    # Contacts who are here because a system said so, and not by a word of the customer's.
    only_imported: Collection[UUID] = ()


def take_person(
    page: Page, known: Known, account: Account, someone: Someone, source: Source
) -> Contact | None:
    """Add the person, or take over what has changed; None for one who was removed here."""
    contact = known.contacts.get((account.pk, someone.email))
    imprint = known.imprints.get(("contact", source.outside_id))
    is_new = contact is None and imprint is None
    if is_new:
        contact = _add(page, known, account, someone, source)
    elif contact is None or contact.merged_into_id:
        return None
    else:
        _update(page, contact, someone, source, said=imprint.values if imprint else {})
    page.imprint(
        imprint,
        kind="contact",
        outside_id=source.outside_id,
        object_id=contact.pk,
        values={"name": someone.name, "phone": someone.phone, "is_active": someone.is_active},
        is_origin=is_new,
    )
    return contact


def _add(page: Page, known: Known, account: Account, someone: Someone, source: Source) -> Contact:
    contact = Contact(
        account_id=account.pk,
        name=someone.name,
        email=someone.email,
        phone=someone.phone,
        language=source.language,
        is_active=someone.is_active,
    )
    page.add(contact)
    page.counts["people_added"] += 1
    known.contacts[account.pk, someone.email] = contact
    return contact


def _update(
    page: Page, contact: Contact, someone: Someone, source: Source, *, said: dict[str, Any]
) -> None:
    for name in _UNSAID:
        seen, now = said.get(name, _UNSAID[name]), getattr(someone, name)
        if takes(seen=seen, now=now, ours=getattr(contact, name)):
            page.change(contact, name, now)
    if someone.is_active != contact.is_active and someone.is_active != said.get("is_active"):
        if said or contact.pk in source.only_imported:
            page.change(contact, "is_active", someone.is_active)
        elif not someone.is_active:
            page.doubt(source.outside_id, Doubt("left_elsewhere", contact.email))
    if page.changes(contact):
        page.counts["people_updated"] += 1
