"""Taking over a page of the ERP's customers: accounts, companies, people, links, price groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atrio.enrolment.known import Known
from atrio.enrolment.page import Page
from atrio.enrolment.people import Source, take_person
from atrio.enrolment.rules import Company, Doubt, LeftOut, Someone, company_of, takes
from atrio.outside.ports import ErpCustomer
from atrio.parties.models import Account, LegalEntity
from atrio.seller.models import BusinessUnit

# What the customer may come to say for themselves; the price group is never theirs to say.
_THEIRS = ("legal_name", "address", "domain")
_UNSAID: dict[str, Any] = {"legal_name": "", "address": {}, "domain": ""}


def take_customers(page: Page, unit: BusinessUnit, customers: Sequence[ErpCustomer]) -> None:
    """Plan what the customers become; `page.write` does it."""
    page.counts["read"] += len(customers)
    companies = list(_readable(page, customers))
    known = _read_known(page, companies)
    for company in companies:
        try:
            account = _account_of(page, known, unit, company)
        except LeftOut as left_out:
            page.counts["left_out"] += 1
            page.doubt(company.number, left_out.doubt)
            continue
        if account is None:
            _open(page, known, unit, company)
        else:
            _update(page, known, account, company)
        _take_people(page, known, unit, company)
        for doubt in company.doubts:
            page.doubt(company.number, doubt)


def _read_known(page: Page, companies: Sequence[Company]) -> Known:
    known = Known(page.connection)
    numbers = [company.number for company in companies]
    known.read_links(numbers)
    known.read_imprints("account", numbers)
    known.read_imprints("contact", [_person_id(c, one) for c in companies for one in c.people])
    known.read_companies(company.tax_id for company in companies)
    known.read_accounts()
    known.read_outside_ids()
    known.read_people()
    return known


def _readable(page: Page, customers: Sequence[ErpCustomer]) -> list[Company]:
    companies = []
    for customer in customers:
        try:
            companies.append(company_of(customer))
        except LeftOut as left_out:
            page.counts["left_out"] += 1
            page.doubt(customer.number, left_out.doubt)
    return companies


def _account_of(page: Page, known: Known, unit: BusinessUnit, company: Company) -> Account | None:
    """Return the account the company has here, None if it has none. Raises LeftOut."""
    tied = known.linked.get(company.number)
    linked = known.account(tied)
    if linked is not None and linked.pk == tied:
        return linked
    imprint = known.imprints.get(("account", company.number))
    if imprint is not None or linked is not None:
        # It was taken over once and has been merged into another since, with that one's number.
        if imprint is not None:
            page.seen(imprint)
        raise LeftOut("merged", company.legal_name)
    holder = known.companies.get(company.tax_id)
    account = known.account(holder.account_id) if holder else None
    if account is None:
        return None
    if account.business_unit != unit.code:
        raise LeftOut("other_unit", company.tax_id.number, unit=account.business_unit)
    if account.pk in known.outside_ids:
        other = known.outside_ids[account.pk]
        raise LeftOut("same_tax_id", company.tax_id.number, other=other)
    page.link("account", account.pk, company.number)
    known.outside_ids[account.pk] = company.number
    known.linked[company.number] = account.pk
    return account


def _open(page: Page, known: Known, unit: BusinessUnit, company: Company) -> None:
    account = Account(
        name=company.legal_name,
        business_unit=unit.code,
        customer_number=company.number,
        price_group=company.price_group,
        origin=Account.Origin.IMPORT,
        opened_at=page.now,
    )
    tax_id = company.tax_id
    entity = LegalEntity(
        account_id=account.pk,
        legal_name=company.legal_name,
        country=tax_id.country,
        tax_id_kind=tax_id.kind,
        tax_id=tax_id.number,
        address=dict(company.address),
        domain=company.domain,
        sources={name: "erp" for name in _THEIRS if company.values[name]},
    )
    page.add(account)
    page.add(entity)
    page.link("account", account.pk, company.number)
    page.imprint(
        None,
        kind="account",
        outside_id=company.number,
        object_id=account.pk,
        values=company.values,
        is_origin=True,
    )
    page.counts["opened"] += 1
    # The next of this page with the same tax id, or the same number, finds it.
    known.accounts[account.pk] = account
    known.companies[tax_id] = entity
    known.outside_ids[account.pk] = company.number
    known.linked[company.number] = account.pk


def _update(page: Page, known: Known, account: Account, company: Company) -> None:
    """Take over what has changed over there and was not changed here."""
    page.change(account, "price_group", company.price_group)
    if not account.customer_number:
        page.change(account, "customer_number", company.number)
    imprint = known.imprints.get(("account", company.number))
    entity = known.companies.get(company.tax_id)
    if entity is None or entity.account_id != account.pk:
        page.doubt(company.number, Doubt("other_tax_id", company.tax_id.number))
        if imprint:
            page.seen(imprint)
        return
    said = imprint.values if imprint else {}
    for name in _THEIRS:
        seen, now = said.get(name, _UNSAID[name]), company.values[name]
        ours = getattr(entity, name)
        if takes(seen=seen, now=now, ours=ours):
            page.change(entity, name, now)
            page.change(entity, "sources", {**entity.sources, name: "erp"})
            if name == "legal_name" and account.name == seen:
                page.change(account, "name", now)
        elif imprint and now not in (seen, ours):
            page.doubt(company.number, Doubt("kept", name, {"theirs": str(now), "ours": str(ours)}))
    page.imprint(
        imprint,
        kind="account",
        outside_id=company.number,
        object_id=account.pk,
        values=company.values,
    )
    page.counts["updated" if page.changes(account, entity) else "unchanged"] += 1


def _take_people(page: Page, known: Known, unit: BusinessUnit, company: Company) -> None:
    account = known.account(known.linked[company.number])
    if account is None:
        return
    for someone in company.people:
        source = Source(_person_id(company, someone), language=unit.language)
        take_person(page, known, account, someone, source)


def _person_id(company: Company, someone: Someone) -> str:
    """Return what to know a person by whom the ERP gives no id."""
    return f"{company.number}/{someone.email}"
