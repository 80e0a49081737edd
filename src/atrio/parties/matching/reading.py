"""The customers we have, as records that can be compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from atrio.parties.matching.normalising import normalise
from atrio.parties.matching.records import Identifier, Normal, PartyRecord, Place
from atrio.parties.models import Account, Contact, LegalEntity


@dataclass(frozen=True, slots=True)
class Subject:
    """One of our customers or their people, with whose it is, as it is compared."""

    id: UUID
    account: Account
    shown: Account | LegalEntity | Contact
    record: Normal


def subjects_of(accounts: Collection[UUID], *, with_people: bool = True) -> list[Subject]:
    """Return the companies and people of some accounts, tombstones left out; three statements."""
    living = Account.objects.filter(pk__in=accounts, merged_into=None).in_bulk()
    contacts = defaultdict(list)
    for contact in Contact.objects.filter(account__in=living, merged_into=None).order_by("id"):
        contacts[contact.account_id].append(contact)
    entities = defaultdict(list)
    for entity in LegalEntity.objects.filter(account__in=living, merged_into=None).order_by("id"):
        entities[entity.account_id].append(entity)
    return [
        subject
        for account in living.values()
        for subject in _of_account(
            account, entities[account.pk], contacts[account.pk], with_people=with_people
        )
    ]


def _of_account(
    account: Account,
    entities: Iterable[LegalEntity],
    contacts: Collection[Contact],
    *,
    with_people: bool,
) -> Iterable[Subject]:
    found: list[tuple[Account | LegalEntity | Contact, PartyRecord]] = [
        (entity, _company(entity, contacts)) for entity in entities
    ]
    if not found:
        # A customer of whom we know no company is known by its name.
        found.append((account, _nameless(account, contacts)))
    if with_people:
        found.extend((contact, _person(contact)) for contact in contacts)
    for shown, record in found:
        yield Subject(shown.pk, account, shown, normalise(record))


def _company(entity: LegalEntity, contacts: Collection[Contact]) -> PartyRecord:
    parts = {part: str(entity.address.get(part) or "") for part in Place.__dataclass_fields__}
    return PartyRecord(
        kind="company",
        names=(entity.legal_name, entity.trade_name),
        identifiers=(Identifier(entity.tax_id_kind, entity.tax_id),),
        address=Place(**parts),
        phones=tuple(contact.phone for contact in contacts),
        emails=tuple(contact.email for contact in contacts),
        domains=(entity.domain,),
    )


def _nameless(account: Account, contacts: Collection[Contact]) -> PartyRecord:
    return PartyRecord(
        kind="company",
        names=(account.name,),
        phones=tuple(contact.phone for contact in contacts),
        emails=tuple(contact.email for contact in contacts),
    )


def _person(contact: Contact) -> PartyRecord:
    return PartyRecord(
        kind="person", names=(contact.name,), emails=(contact.email,), phones=(contact.phone,)
    )
