"""The customers whom the demonstration has had for years."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from stdnum.br import cnpj

from atrio.outside.invented import invented_company
from atrio.outside.invented_base import (
    AT_TWO_ACCOUNTS,
    COMPANY_KNOWN_CONTACT_UNKNOWN,
    FORMER,
    KNOWN_AND_LINKED,
    KNOWN_NOT_LINKED,
    OFFLINE_ONLY,
    SECOND_ACCOUNT,
    invented_base,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CASES = (
    KNOWN_AND_LINKED,
    KNOWN_NOT_LINKED,
    FORMER,
    COMPANY_KNOWN_CONTACT_UNKNOWN,
    AT_TWO_ACCOUNTS,
    OFFLINE_ONLY,
)


def customers():
    return [one for one in invented_base() if one.is_in_erp]


def link_of(case):
    found = [c for c in case.company.contacts if c.person == case.person]
    return found[0] if found else None


def test_the_register_agrees_with_every_customer_that_has_a_tax_id():
    for customer in customers():
        if customer.tax_id:
            record = invented_company(customer.tax_id.number, as_of=NOON)
            assert (record.legal_name, record.address) == (customer.legal_name, customer.address)
            assert record.status == "active"


def test_the_numbers_of_the_erp_are_each_given_once():
    numbers = [customer.number for customer in customers()]

    assert len(set(numbers)) == len(numbers) > 50


def test_no_two_companies_share_a_domain():
    domains = Counter(customer.domain for customer in invented_base())
    doubles = {customer.domain for customer in invented_base() if customer.number == "20061"}

    assert {domain for domain, times in domains.items() if times > 1} == doubles


def test_the_links_are_what_the_cases_are_called_by():
    assert link_of(KNOWN_AND_LINKED).is_active
    assert link_of(KNOWN_NOT_LINKED) is None
    assert not link_of(FORMER).is_active
    assert link_of(COMPANY_KNOWN_CONTACT_UNKNOWN) is None
    assert [link_of(case).is_direct for case in (AT_TWO_ACCOUNTS, SECOND_ACCOUNT)] == [True, False]
    assert link_of(OFFLINE_ONLY).is_active


def test_who_applies_in_a_case_has_no_login_yet_and_an_address_of_their_own():
    assert all(link_of(case) is None or not link_of(case).seat for case in CASES)
    assert len({case.person.email for case in CASES}) == len(CASES)


def test_all_but_the_company_that_buys_offline_have_an_administrator_and_a_crm_record():
    for case in (*CASES, SECOND_ACCOUNT):
        is_online = case is not OFFLINE_ONLY
        assert any(c.seat == "admin" for c in case.company.contacts) == is_online
        assert case.company.is_in_crm == is_online


def test_only_the_case_not_linked_is_known_at_another_company_alone():
    at = [c for c in invented_base() if KNOWN_NOT_LINKED.person in {x.person for x in c.contacts}]

    assert len(at) == 1
    assert at[0] != KNOWN_NOT_LINKED.company


def test_some_records_are_not_as_they_should_be():
    base = invented_base()
    emails = [contact.person.email for one in base for contact in one.contacts]
    tax_ids = Counter(one.tax_id for one in customers() if one.tax_id)

    assert any(len(one.crm_names) == 2 for one in base)
    assert max(tax_ids.values()) == 2
    assert sum(one.tax_id is None for one in customers()) == 1
    assert sum(not cnpj.is_valid(one.tax_id.number) for one in base if one.tax_id) == 1
    assert emails.count("") == 1
    assert any(email and "@" not in email for email in emails)
    assert any(emails.count(f"compras@{one.domain}") == 2 for one in base)
