"""The systems in memory."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from threading import Thread
from uuid import uuid4

import pytest

from atrio.connectors.memory import MemoryCrm, MemoryErp, MemoryRegistry, MemorySms
from atrio.connectors.memory.state import forget
from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.outside.invented import invented_company, invented_numbers
from atrio.outside.ports import CrmAccount, CrmContact, PriceQuestion, TaxId
from atrio.outside.recording import recorded
from tests.connectors.crm_contract import CrmContract, new_company, new_person
from tests.connectors.erp_contract import ErpContract, new_draft
from tests.connectors.registry_contract import RegistryContract
from tests.connectors.sms_contract import SmsContract


@pytest.fixture
def name():
    name = f"memory://{uuid4()}"
    yield name
    forget(name)


@pytest.fixture
def erp(name):
    return MemoryErp(base_url=name)


class TestMemoryErp(ErpContract):
    @pytest.fixture
    def price_groups(self):
        return ["Varejo", "Atacado"]


class InMemory:
    """The people who work in the CRM in memory."""

    def __init__(self, crm):
        self._crm = crm

    def add_account(self, name, tax_id):
        record = CrmAccount(f"account-{uuid4()}", name, tax_id, "", "", "")
        self._crm.take_on(record)
        return record.id

    def add_contact(self, name, email):
        record = CrmContact(f"contact-{uuid4()}", name, email, "")
        self._crm.take_on(record)
        return record.id

    def end_link(self, link):
        self._crm.end_link(account=link.account.id, contact=link.contact.id)


@pytest.fixture
def crm(name):
    return MemoryCrm(base_url=name)


class TestMemoryCrm(CrmContract):
    @pytest.fixture
    def colleagues(self, crm):
        return InMemory(crm)


class TestMemoryRegistry(RegistryContract):
    @pytest.fixture
    def registry(self, name):
        return MemoryRegistry(base_url=name)

    @pytest.fixture
    def company(self):
        return invented_company(next(invented_numbers(root="ZZ")), as_of=datetime.now(UTC))

    @pytest.fixture
    def unknown(self):
        return TaxId("BR", "br_cnpj", "19131243000197")


class TestMemorySms(SmsContract):
    @pytest.fixture
    def sms(self, name):
        return MemorySms(base_url=name, options={"unreachable": [self.nobody_there]})

    @pytest.fixture
    def nobody(self):
        return self.nobody_there

    nobody_there = "+551133334444"


def test_connectors_of_one_name_share_a_state_and_others_do_not(erp, name):
    draft = new_draft("Varejo")
    erp.create_customer(draft)

    assert MemoryErp(base_url=name).find_customer(reference=draft.reference)
    assert not MemoryErp(base_url=f"{name}-other").find_customer(reference=draft.reference)


def test_another_process_gives_the_same_number_and_the_same_prices(erp, name):
    draft = new_draft("Atacado")
    number = erp.create_customer(draft).number
    (here,) = erp.prices(number, [PriceQuestion("A-0007")])

    program = (
        "from atrio.connectors.memory import MemoryErp\n"
        "from atrio.outside.ports import *\n"
        f"erp = MemoryErp(base_url={name!r})\n"
        f"(price,) = erp.prices({number!r}, [PriceQuestion('A-0007')])\n"
        f"print(erp.create_customer({draft!r}).number, price.amount)\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert there.stdout.split() == [number, str(here.amount)]


def test_fifty_at_once_with_one_reference_make_one_customer(erp):
    draft, numbers = new_draft("Varejo"), []
    threads = [
        Thread(target=lambda: numbers.append(erp.create_customer(draft).number)) for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(numbers) == 50
    assert len(set(numbers)) == 1
    assert len(list(erp.customers())) == 1


@pytest.mark.parametrize(
    ("how", "error"), [("busy", OutsideBusy), ("failed", OutsideFailure), ("no_answer", NoAnswer)]
)
def test_it_breaks_when_told_to_and_then_works_again(erp, how, error):
    draft = new_draft("Varejo")
    erp.break_next("create_customer", how)

    with pytest.raises(error):
        erp.create_customer(draft)
    # Sent without an answer means that it was done.
    assert bool(erp.find_customer(reference=draft.reference)) is (how == "no_answer")
    assert erp.create_customer(draft).number


def test_operations_are_recorded_with_the_time_they_took(name):
    erp = MemoryErp(base_url=name, options={"latency_seconds": {"find_customer": 0.05}})
    with recorded() as exchanges:
        erp.find_customer(reference="K7M2-9QXA")
        list(erp.articles())

    took = [(e.answered_at - e.sent_at).total_seconds() for e in exchanges]
    assert took[0] >= 0.05 > took[1]
    assert erp.calls() == ["find_customer", "articles"]


def test_a_price_group_that_changes_changes_what_its_customers_pay(erp):
    number = erp.create_customer(new_draft("Atacado")).number
    question = [PriceQuestion("A-0001")]
    (before,) = erp.prices(number, question)
    erp.change_price_group("Atacado", Decimal("0.5"))
    (after,) = erp.prices(number, question)
    erp.move_customer(number, "Varejo")
    (moved,) = erp.prices(number, question)

    assert after.amount < before.amount < moved.amount


def test_the_number_may_come_later_than_the_receipt(name):
    erp = MemoryErp(base_url=name, options={"numbers_later": True})
    draft = new_draft("Varejo")

    assert erp.create_customer(draft).number is None
    assert erp.find_customer(reference=draft.reference).number


def test_it_forgets_the_oldest_customers_beyond_so_many(name):
    erp = MemoryErp(base_url=name, options={"remembers": 10})
    drafts = [new_draft("Varejo") for _ in range(30)]
    for draft in drafts:
        erp.create_customer(draft)

    assert len(list(erp.customers())) == 10
    assert erp.find_customer(tax_id=drafts[0].tax_id) is None
    assert erp.find_customer(tax_id=drafts[-1].tax_id)


def test_every_invented_company_is_in_the_register(name):
    registry = MemoryRegistry(base_url=name)
    for number in islice(invented_numbers(), 50):
        assert registry.find_company(TaxId("BR", "br_cnpj", number)).tax_id.number == number


def test_another_process_takes_a_record_of_the_crm_on_trust(crm, name):
    company, person = new_company(), new_person()
    ends = {"account": crm.save_account(company).id, "contact": crm.save_contact(person).id}

    forget(name)  # as in a process that never saw them
    elsewhere = MemoryCrm(base_url=name)
    link = elsewhere.save_link(**ends)

    assert (link.account.id, link.contact.id) == (ends["account"], ends["contact"])
    assert elsewhere.save_account(company).id == ends["account"]
    assert elsewhere.links(contact=ends["contact"])[0].account.name == company.name


@pytest.mark.parametrize(
    ("options", "accounts"), [({}, 0), ({"base": True}, 40), ({"base": True, "crowd": 30}, 70)]
)
def test_a_crm_begins_with_as_many_as_it_is_told_to(name, options, accounts):
    crm = MemoryCrm(base_url=name, options=options)
    known = list(crm.accounts())

    assert accounts <= len(known) <= accounts + 20
    assert {link.account for link in crm.all_links()} <= set(known)
    # Beside what it begins with it still has room for what it is told.
    saved = crm.save_account(new_company())
    assert len(list(crm.accounts())) == len(known) + 1
    assert saved in crm.accounts()


def test_a_script_says_who_is_known_to_the_crm(name):
    tax_id = {"kind": "br_cnpj", "number": "99000002000148"}
    alice = {"name": "Alice Aurivale", "email": "alice@aurivale.example"}
    company = {"id": "account-1", "name": "Aurivale", "tax_id": tax_id}
    script = [
        {"account": company, "contact": alice, "is_active": False, "roles": ["Compras"]},
        {"account": {"name": "Brisaforte"}},
    ]
    crm = MemoryCrm(base_url=name, options={"records": script})

    (known,) = crm.find_accounts(TaxId("BR", **tax_id))
    (link,) = crm.links(account=known.id)
    assert (link.contact.name, link.is_active, link.roles) == (
        "Alice Aurivale",
        False,
        ("Compras",),
    )
    assert crm.save_link(account=known.id, contact=link.contact.id).is_active
    assert [account.name for account in crm.accounts()] == ["Aurivale", "Brisaforte"]


def test_a_crm_forgets_the_oldest_records_beyond_so_many(name):
    crm = MemoryCrm(base_url=name, options={"remembers": 5})
    drafts = [new_company() for _ in range(8)]
    for draft in drafts:
        crm.save_account(draft)

    assert len(list(crm.accounts())) == 5
    assert crm.find_accounts(drafts[0].tax_id) == []
    assert crm.find_accounts(drafts[-1].tax_id)
