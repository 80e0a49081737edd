"""The companies that do not exist."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import pytest
from stdnum.br import cnpj

from atrio.outside.invented import invented_company, invented_numbers

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("root", ["99", "ZZ"])
@pytest.mark.parametrize("status", ["active", "suspended", "unfit", "closed"])
def test_there_are_numeric_and_alphanumeric_companies_of_every_status(root, status):
    numbers = list(islice(invented_numbers(root=root, status=status), 20))

    assert all(cnpj.is_valid(number) for number in numbers)
    assert len(set(numbers)) == 20
    for number in numbers:
        assert invented_company(number, as_of=NOON).status == status


def test_the_same_number_is_always_the_same_company():
    (number,) = islice(invented_numbers(start=42), 1)

    assert invented_company(number, as_of=NOON) == invented_company(number, as_of=NOON)


def test_establishments_share_the_company_and_not_the_place():
    head, branch = "990000420001", "990000420002"
    first = invented_company(head + cnpj.calc_check_digits(head), as_of=NOON)
    second = invented_company(branch + cnpj.calc_check_digits(branch), as_of=NOON)

    assert first.legal_name == second.legal_name
    assert first.address != second.address
    assert (first.is_head_office, second.is_head_office) == (True, False)


@pytest.mark.parametrize("number", ["19131243000197", "99000001000102", "99", ""])
def test_no_other_number_names_one(number):
    assert invented_company(number, as_of=NOON) is None


def test_some_things_are_unknown_as_in_a_real_register():
    companies = [invented_company(n, as_of=NOON) for n in islice(invented_numbers(), 100)]

    for field in ("trade_name", "email", "phone"):
        known = [bool(getattr(company, field)) for company in companies]
        assert any(known)
        assert not all(known)
    assert any(company.address.number == "S/N" for company in companies)
