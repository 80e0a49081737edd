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

from atrio.connectors.memory import MemoryErp, MemoryRegistry
from atrio.connectors.memory.state import forget
from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.outside.invented import invented_company, invented_numbers
from atrio.outside.ports import PriceQuestion, TaxId
from atrio.outside.recording import recorded
from tests.connectors.erp_contract import ErpContract, new_draft
from tests.connectors.registry_contract import RegistryContract


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
