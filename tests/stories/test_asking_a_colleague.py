"""Alice knows the number, Dana in accounting the details, and the director sends it all."""

from __future__ import annotations

from uuid import uuid4

import pytest

from atrio.onboarding.models import Fact, Step
from tests.apply.colleagues import ASKING, Colleague, ask, letters
from tests.apply.people import EMAIL, Applicant, entries
from tests.onboarding.house import furnish

pytestmark = pytest.mark.django_db
DIRECTOR = "rita@ventorim.example"


@pytest.fixture
def alice(db):
    furnish(name=uuid4().hex)
    return Applicant()


def test_three_people_fill_in_one_application(alice):
    alice.come_to("confirm_company")
    assert "Let a colleague fill this in" in alice.words

    ask(alice, "confirm_company")

    assert alice.step == "track"
    assert "Waiting for Dana Roth (accounting)" in alice.words
    assert "dana@ventorim.example" in alice.words
    dana = Colleague()
    assert "Alice Prado asks you for this" in dana.words
    assert ASKING["note"] in dana.words
    dana.answer(company__trade_name="Ventorim Ferragens")
    assert "Thank you, Dana Roth (accounting)" in dana.words

    alice.open("track")

    assert alice.step == "give_contact"
    written = Fact.objects.filter(field="company.trade_name").latest("id")
    assert (written.value, written.origin) == ("Ventorim Ferragens", "customer")
    assert (written.by_kind, written.by_label) == ("delegate", "Dana Roth (accounting)")
    (answered,) = entries("step.delegate_answered")
    assert answered.data["delegation"] == Step.objects.get(element="confirm_company").by_id
    alice.pass_by("give_contact")
    alice.pass_by("prove_email")

    ask(alice, "check_and_submit", name="Rita Ventorim", email=DIRECTOR, asked_by="Alice")
    rita = Colleague(email=DIRECTOR)
    assert "Ventorim Ferragens" in rita.words  # nobody signs what they cannot read
    assert EMAIL not in rita.words
    rita.answer(consent__terms="yes")
    assert "Thank you, Rita Ventorim" in rita.words

    (told,) = letters("step_answered", EMAIL)
    assert "Rita Ventorim" in told.subject
    alice.open("track").wait()
    assert "The shop is open" in alice.words
    assert alice.application.status == "done"


def test_who_says_no_is_told_of_and_somebody_else_is_asked(alice):
    alice.come_to("check_and_submit")
    ask(alice, "check_and_submit")

    assert "Noted" in Colleague().decline().words

    alice.open("")
    assert alice.step == "check_and_submit"
    assert "Dana Roth (accounting) cannot answer" in letters("step_declined", EMAIL)[0].subject
    ask(alice, "check_and_submit", email=DIRECTOR, name="Rita Ventorim")
    assert "Waiting for Rita Ventorim" in alice.words
    assert "Rita Ventorim" in Colleague(email=DIRECTOR).words
