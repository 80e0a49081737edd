"""What packs are told that a call brings is what it brings: conditions are checked against it."""

import pytest

from atrio.journeys.ports import CALLS, KNOWN
from atrio.onboarding.models import Fact
from tests.onboarding.house import CNPJ, Visitor, accepted, code_sent_to, furnish


@pytest.mark.django_db(transaction=True)
def test_every_call_brings_the_facts_that_packs_may_build_on():
    furnish(name="promised")
    alice = Visitor().begin()
    alice.answer(company__tax_id=CNPJ).wait()
    alice.answer(**accepted(alice.text)).answer(
        contact__name="Alice Prado",
        contact__email="alice@ventorim.example",
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
    )
    alice.answer(proof__code=code_sent_to("alice@ventorim.example"))
    alice.answer(consent__terms="yes").wait()
    assert "The shop is open" in alice.text

    brought = {name: set[str]() for name in CALLS}
    for call, field in Fact.objects.filter(step__kind="call").values_list("step__target", "field"):
        brought[call].add(field)

    for name, facts in brought.items():
        assert facts <= CALLS[name].keys(), name
    # All the others stand where something went another way.
    russias = {"register.kpp", "register.ogrn"}
    assert brought["registry.find_company"] | russias == CALLS["registry.find_company"].keys()
    assert brought["crm.find_customer"] == KNOWN.keys()
    assert brought["erp.create_customer"] == CALLS["parties.join_account"].keys()
