"""Answering steps: errors, suggestions, going back, skipping, and what is never taken."""

from __future__ import annotations

import pytest
from lxml import html

from atrio.onboarding.models import Application, Fact, Typed
from atrio.outside.invented import invented_numbers
from atrio.outside.models import Connection
from tests.apply.people import STEPS, Applicant
from tests.onboarding.house import CNPJ

NUMBERS = invented_numbers(start=200)


def let_the_register_say(unit, records):
    Connection.objects.filter(code=unit.registry).update(options={"records": records})


def place(city):
    return {
        "street": "Rua das Bromélias",
        "number": "12",
        "extra": "",
        "district": "Centro",
        "postal_code": "50030000",
        "city": city,
        "region": "PE",
        "country": "BR",
    }


def test_every_step_can_be_reached_and_resumed(alice):
    alice.come_to("enter_tax_id")
    for step in STEPS[:-1]:
        assert alice.step == step
        resumed = alice.client.get(alice.address(""), follow=True)
        assert resumed.redirect_chain[-1][0] == alice.at
        alice.pass_by(step)


def test_the_link_brings_another_browser_to_the_same_step(alice):
    alice.come_to("give_contact")
    bob = Applicant()
    bob.at = alice.at

    assert "Who do we talk to?" in bob.open("give_contact").words


def test_a_wrong_answer_is_told_at_its_field_and_stays_in_the_input(alice):
    alice.come_to("enter_tax_id").send({"company.tax_id": "99.000.000/0001-00"})

    assert alice.page.status_code == 422
    assert "digit" in alice.error_at("company.tax_id")
    assert alice.inputs["company.tax_id"] == "99.000.000/0001-00"
    assert not Fact.objects.filter(field="company.tax_id").exists()


def test_what_was_typed_is_there_again_after_coming_back_later(alice):
    alice.come_to("give_contact").send({"contact.name": "Alice Prado", "contact.email": "alice@"})
    assert alice.page.status_code == 422

    later = Applicant()
    later.at = alice.at
    later.open("give_contact")

    assert later.page.status_code == 200
    assert later.inputs["contact.name"] == "Alice Prado"
    assert later.inputs["contact.email"] == "alice@"


def test_what_was_typed_is_forgotten_once_the_step_is_taken(alice):
    alice.come_to("give_contact").send({"contact.name": "12345"})
    assert Typed.objects.count() == 1

    alice.pass_by("give_contact")

    assert not Typed.objects.exists()


def test_the_registers_words_are_proposed_and_keep_their_source_when_taken(alice):
    alice.come_to("confirm_company")
    assert "Federal register" in alice.words

    alice.pass_by("confirm_company")

    taken = Fact.objects.filter(step__element="confirm_company")
    # Of the state registration the register says nothing.
    taken = taken.exclude(field="company.state_registration")
    assert set(taken.values_list("origin", "status")) == {("register", "accepted")}


def test_the_summary_marks_the_register_as_the_source_of_name_and_address(alice):
    alice.come_to("check_and_submit")

    told = html.fromstring(alice.text).xpath("//div[@class='fact'][dd[@class='fact-source']]/dt")
    assert [term.text for term in told] == [
        "Status in the register",
        "Legal name",
        "Trade name",
        "Main activity",
        "Address",
    ]


def test_what_the_applicant_corrected_is_not_the_registers_word(alice):
    alice.come_to("confirm_company")
    answers = alice.inputs | {"company.trade_name": "Loja da Alice"}
    alice.send(answers)

    corrected = Fact.objects.get(field="company.trade_name")
    assert (corrected.value, corrected.origin) == ("Loja da Alice", "customer")


def test_another_number_forgets_everything_of_the_first_company(alice):
    alice.come_to("give_contact")
    first = Fact.objects.filter(field="company.legal_name").latest("id").value
    alice.send({"company.tax_id": next(NUMBERS)}, step="enter_tax_id").wait()

    assert alice.step == "confirm_company"
    assert first not in alice.text
    alice.pass_by("confirm_company")
    alice.pass_by("give_contact")
    alice.pass_by("prove_email")
    assert first not in alice.text


def test_another_number_forgets_what_was_half_typed_about_the_first_company(alice):
    alice.come_to("confirm_company")
    alice.send(alice.inputs | {"company.legal_name": "", "company.trade_name": "Half A Name"})
    assert alice.page.status_code == 422

    alice.send({"company.tax_id": next(NUMBERS)}, step="enter_tax_id").wait()

    assert alice.step == "confirm_company"
    assert "Half A Name" not in alice.text
    assert alice.inputs["company.legal_name"]


def test_a_branch_of_the_same_name_is_another_company(unit):
    head, branch = next(NUMBERS), next(NUMBERS)
    said = {"legal_name": "Umbuzal Ltda", "status": "active"}
    let_the_register_say(
        unit,
        {head: said | {"address": place("Recife")}, branch: said | {"address": place("Natal")}},
    )
    alice = Applicant(cnpj=head).come_to("give_contact")

    alice.send({"company.tax_id": branch}, step="enter_tax_id").wait()

    assert "Natal" in alice.text
    assert "Recife" not in alice.text


def test_a_number_the_register_does_not_know_leaves_no_name_behind(unit):
    known, unknown = next(NUMBERS), next(NUMBERS)
    said = {"legal_name": "Umbuzal Ltda", "status": "active", "address": place("Recife")}
    let_the_register_say(unit, {known: said, unknown: None})
    alice = Applicant(cnpj=known).come_to("give_contact")
    assert alice.application.title == "Umbuzal Ltda"

    alice.send({"company.tax_id": unknown}, step="enter_tax_id").wait()

    assert alice.step == "confirm_number"
    assert alice.application.title == ""


def test_the_same_answers_sent_twice_change_nothing(alice):
    alice.come_to("give_contact")
    before = Fact.objects.count()

    alice.send({"company.tax_id": CNPJ}, step="enter_tax_id")

    assert alice.step == "give_contact"
    assert Fact.objects.count() == before


def test_a_wrong_answer_to_an_earlier_step_undoes_nothing(alice):
    alice.come_to("check_and_submit")

    alice.send({"company.tax_id": "123"}, step="enter_tax_id")
    assert alice.page.status_code == 422

    assert alice.open("").step == "check_and_submit"


@pytest.mark.parametrize("step", STEPS[1:-1])
def test_a_step_that_was_not_reached_is_refused(alice, step):
    alice.come_to("enter_tax_id")
    answers = {
        "confirm_company": {"company.legal_name": "X Ltda"},
        "give_contact": {
            "contact.name": "Alice Prado",
            "contact.role": "owner",
            "contact.email": "a@b.example",
            "contact.phone": "+5511912345678",
        },
        "prove_email": {"proof.code": "123456"},
        "check_and_submit": {"consent.terms": "yes"},
    }[step]

    assert alice.client.get(alice.address(step)).status_code == 404
    assert alice.client.post(alice.address(step), answers).status_code == 409
    assert alice.open("").step == "enter_tax_id"


@pytest.mark.parametrize("step", ["review", "repair", "ask_register", "nowhere"])
def test_what_is_no_step_of_the_applicant_does_not_exist(alice, step):
    alice.come_to("enter_tax_id")

    assert alice.client.get(alice.address("") + f"step/{step}/").status_code == 404
    assert (
        alice.client.post(
            alice.address("") + f"step/{step}/", {"review.verdict": "approve"}
        ).status_code
        == 404
    )


def test_a_step_that_was_undone_is_answered_in_its_turn(alice):
    alice.come_to("check_and_submit")
    alice.send({"company.tax_id": next(NUMBERS)}, step="enter_tax_id")

    answer = alice.client.post(
        alice.address("give_contact"),
        alice.right_answers("give_contact") | {"contact.name": "Other"},
    )

    assert answer.status_code == 409


def test_after_the_submission_nothing_can_be_changed(alice):
    alice.come_to("check_and_submit").send({"consent.terms": "yes"})

    alice.send({"company.tax_id": next(NUMBERS)}, step="enter_tax_id")

    assert alice.step == "track"
    assert "can no longer be changed" in alice.words
    assert alice.open("enter_tax_id").step == "track"


def test_what_the_form_does_not_ask_is_taken_from_nobody(alice):
    smuggled = {
        "status": "done",
        "credit_limit": "1000000",
        "decision.outcome": "APPROVE",
        "register.status": "active",
        "register.status_text": "ATIVA",
        "account_id": "01a1ffb5-e888-7fa4-8ebc-aa3e9e35f2be",
        "erp.customer_number": "1",
        "policy.approval": "automatic",
        "policy": "automatic",
        "contact": "x",
        "company": "x",
        "__proto__": "x",
    }
    alice.come_to("enter_tax_id").send(smuggled | {"company.tax_id": "1"})
    assert alice.page.status_code == 422
    alice.send(smuggled | {"company.tax_id": CNPJ}).wait()
    alice.send(smuggled | alice.inputs)

    assert alice.step == "give_contact"
    told = set(Fact.objects.values_list("field", flat=True))
    assert not told & (smuggled.keys() - {"register.status", "register.status_text"})
    assert set(
        Fact.objects.filter(field__startswith="register.").values_list("origin", flat=True)
    ) == {"register"}
    application = Application.objects.get()
    assert (application.status, application.account_id) == ("open", None)


def test_a_value_repeated_counts_once_the_last_time(alice):
    alice.come_to("enter_tax_id").send({"company.tax_id": ["123", CNPJ]}).wait()

    assert alice.step == "confirm_company"
