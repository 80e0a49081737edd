"""Taking over a page of the CRM: its ids of our customers, their domains, who works there."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from atrio.enrolment.known import Known
from atrio.enrolment.models import Imprint
from atrio.enrolment.page import Page
from atrio.enrolment.people import Source, take_person
from atrio.enrolment.rules import Doubt, LeftOut, someone_of, takes, usable
from atrio.enrolment.writing import rows_with
from atrio.outside.connections import connection_row
from atrio.outside.models import Connection, Link
from atrio.outside.ports import CrmAccount, CrmLink, TaxId
from atrio.parties.models import Account, Contact, LegalEntity, Membership
from atrio.seller.models import BusinessUnit


def take_accounts(page: Page, unit: BusinessUnit, accounts: Sequence[CrmAccount]) -> None:
    """Plan the links to the CRM's accounts; one that is no customer of ours is a prospect."""
    page.counts["read"] += len(accounts)
    tax_ids = {account.id: _tax_id(page, account) for account in accounts}
    numbers = [account.customer_number for account in accounts if account.customer_number]
    erp = connection_row(unit.erp)
    in_erp = rows_with(Link, "outside_id", numbers, connection_id=erp.pk, kind="account")
    by_number = {link.outside_id: link.object_id for link in in_erp}
    known = Known(page.connection)
    known.read_links(list(tax_ids))
    known.read_imprints("account", list(tax_ids))
    known.read_companies(tax_id for tax_id in tax_ids.values() if tax_id)
    known.read_accounts(*by_number.values())
    known.read_outside_ids()
    known.read_companies_of_accounts()
    company_of = {company.account_id: company for company in known.companies.values()}
    for theirs in accounts:
        try:
            ours = _account_of(
                known, unit, theirs, tax_ids[theirs.id], by_number.get(theirs.customer_number)
            )
        except LeftOut as left_out:
            page.counts["left_out"] += 1
            page.doubt(theirs.id, left_out.doubt)
            continue
        if ours is None:
            page.counts["prospects"] += 1
        else:
            _take_account(page, known, ours, theirs, company_of.get(ours.pk))


def _tax_id(page: Page, account: CrmAccount) -> TaxId | None:
    try:
        return usable(account.tax_id)
    except LeftOut as left_out:
        page.doubt(account.id, left_out.doubt)
        return None


def _account_of(
    known: Known,
    unit: BusinessUnit,
    theirs: CrmAccount,
    tax_id: TaxId | None,
    by_number: UUID | None,
) -> Account | None:
    """Return which of our accounts it is, None for a prospect. Raises LeftOut."""
    linked = known.account(known.linked.get(theirs.id))
    if linked is not None:
        return linked
    holder = known.companies.get(tax_id) if tax_id else None
    by_tax_id = known.account(holder.account_id) if holder else None
    numbered = known.account(by_number)
    if numbered and by_tax_id and numbered.pk != by_tax_id.pk:
        raise LeftOut(
            "contradiction",
            theirs.name[:200],
            number=theirs.customer_number,
            tax_id=tax_id.number if tax_id else "",
            company=by_tax_id.name,
        )
    found = numbered or by_tax_id
    if found is None and theirs.customer_number:
        raise LeftOut("unknown_number", theirs.name[:200], number=theirs.customer_number)
    if found is None:
        return None
    if found.business_unit != unit.code:
        raise LeftOut("other_unit", theirs.name[:200], unit=found.business_unit)
    if found.pk in known.outside_ids:
        raise LeftOut("same_company", found.name, other=known.outside_ids[found.pk])
    return found


def _take_account(
    page: Page, known: Known, ours: Account, theirs: CrmAccount, entity: LegalEntity | None
) -> None:
    if theirs.id not in known.linked:
        page.link("account", ours.pk, theirs.id)
        known.linked[theirs.id] = ours.pk
        known.outside_ids[ours.pk] = theirs.id
    imprint = known.imprints.get(("account", theirs.id))
    seen = imprint.values.get("domain", "") if imprint else ""
    if entity and takes(seen=seen, now=theirs.domain, ours=entity.domain):
        page.change(entity, "domain", theirs.domain)
        page.change(entity, "sources", {**entity.sources, "domain": "crm"})
        page.counts["updated"] += 1
    page.imprint(
        imprint,
        kind="account",
        outside_id=theirs.id,
        object_id=ours.pk,
        values={"domain": theirs.domain},
    )


def take_links(page: Page, unit: BusinessUnit, links: Sequence[CrmLink]) -> None:
    """Plan who works where. Our contact is the CRM's link: the person at one account."""
    page.counts["read"] += len(links)
    known = Known(page.connection)
    known.read_links({link.account.id for link in links})
    known.read_imprints("contact", [link.id for link in links])
    known.read_accounts()
    known.read_people()
    people = [contact.pk for contact in known.contacts.values()]
    tied = _Tied(page.connection, people)
    only_imported = {
        imprint.object_id
        for imprint in rows_with(Imprint, "object_id", people, kind="contact", is_origin=True)
    }
    former = []
    for link in links:
        account = known.account(known.linked.get(link.account.id))
        if account is None:
            page.counts["prospects"] += 1
            continue
        try:
            someone = someone_of(link, country=unit.country)
        except LeftOut as left_out:
            page.counts["left_out"] += 1
            page.doubt(link.contact.id, left_out.doubt)
            continue
        source = Source(link.id, language=unit.language, only_imported=only_imported)
        contact = take_person(page, known, account, someone, source)
        if contact is not None:
            tied.tie(page, contact, link)
        if not link.is_active:
            former.append((account.pk, someone.email, link.contact.id))
    _doubt_seats_of_former(page, former)


class _Tied:
    """Which contacts are tied to which of the CRM's links."""

    def __init__(self, connection: Connection, people: Sequence[UUID]) -> None:
        rows = rows_with(Link, "object_id", people, connection_id=connection.pk, kind="contact")
        self._links = {row.object_id: row.outside_id for row in rows}

    def tie(self, page: Page, contact: Contact, link: CrmLink) -> None:
        """Tie a contact to a link, unless it is tied to another: then the person is there twice."""
        if contact.pk not in self._links:
            self._links[contact.pk] = link.id
            page.link("contact", contact.pk, link.id)
        elif self._links[contact.pk] != link.id:
            other = {"other": self._links[contact.pk]}
            page.doubt(link.contact.id, Doubt("same_person", contact.email, other))


def _doubt_seats_of_former(page: Page, former: Sequence[tuple[UUID, str, str]]) -> None:
    """Report who has left, says the CRM, and still has a seat in the account."""
    if not former:
        return
    seats = Membership.objects.filter(
        account__in={account for account, _, _ in former},
        user__email__in={email for _, email, _ in former},
    )
    taken = set(seats.values_list("account_id", "user__email"))
    for account_id, email, outside_id in former:
        if (account_id, email) in taken:
            page.doubt(outside_id, Doubt("seat_of_former", email))
