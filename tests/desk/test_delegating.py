"""Who owes what, as the desk sees it; and asking somebody else at the customer's word."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atrio.kernel.errors import NotAllowed
from atrio.onboarding.actions import delegate_step
from atrio.onboarding.actions.delegate_step import Asking
from atrio.onboarding.models import Delegation
from tests.apply.colleagues import ASKING, Colleague, ask, letters
from tests.apply.people import Applicant, words_of
from tests.desk.seats import at_the_desk
from tests.onboarding.house import furnish, hire
from tests.parties.customers import seen_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return furnish(name=uuid4().hex)


@pytest.fixture
def carla(unit):
    return at_the_desk(hire(unit, "carla@nordlicht.example", "associate"))


@pytest.fixture
def alice(unit):
    return Applicant().come_to("confirm_company")


def at(alice, page=""):
    return f"/desk/applications/{alice.application.pk}/{page}"


def test_the_desk_says_who_owes_what(alice, carla):
    assert "Company Customer" in words_of(carla.get(at(alice)))
    ask(alice, "confirm_company")

    page = words_of(carla.get(at(alice)))
    assert "Who owes what Company Dana Roth (accounting)" in page
    assert "asked by Alice Prado" in page
    assert "Company: somebody else was asked" in page
    assert "waits for Dana Roth (accounting)" in words_of(carla.get("/desk/drafts/"))
    Colleague().answer()
    page = words_of(carla.get(at(alice)))
    assert "Contact Customer" in page
    assert "Company: filled in by who was asked" in page


def test_at_the_customers_word_one_of_ours_asks_and_both_sides_see_it(alice, carla):
    way = at(alice, "colleague/confirm_company/")
    assert way in carla.get(at(alice, "help/")).content.decode()

    page = carla.post(way, ASKING, follow=True)

    assert "We have written to Dana Roth (accounting)" in words_of(page)
    assert "(Carla)" in words_of(page)
    assert "Alice Prado asks you for this" in Colleague().words
    alice.open("track")
    assert "asked by Carla on" in alice.words
    again = carla.post(at(alice, "colleague/confirm_company/remind"), follow=True)
    assert "We have written to them a short while ago" in words_of(again)
    back = carla.post(at(alice, "colleague/confirm_company/back"), follow=True)
    assert "is not asked any more" in words_of(back)
    assert "Nothing left to do" in Colleague().words


def test_what_is_missing_is_said_at_its_field(alice, carla):
    page = carla.post(at(alice, "colleague/confirm_company/"), ASKING | {"asked_by": ""})

    assert page.status_code == 422
    assert "Say who asks" in words_of(page)
    assert not letters("step_asked")


def test_our_own_people_answer_for_nobody(alice, carla):
    page = carla.post(
        at(alice, "colleague/confirm_company/"), ASKING | {"email": "Carla@nordlicht.example"}
    )

    assert page.status_code == 422
    assert "Somebody of our own team cannot answer" in words_of(page)


def test_who_sells_asks_nobody(alice, unit):
    seller = hire(unit, "mara@nordlicht.example", "manager")
    elsewhere = at_the_desk(seller)
    assert elsewhere.post(at(alice, "colleague/confirm_company/"), ASKING).status_code == 404

    with seen_by(seller), pytest.raises(NotAllowed):
        delegate_step(
            by=seller,
            application_id=alice.application.pk,
            step="confirm_company",
            asking=Asking(**ASKING),
            now=alice.application.created_at,
        )
    assert not Delegation.objects.exists()


def test_an_application_nobody_else_was_asked_for_costs_no_question(alice, carla):
    carla.get(at(alice))
    for page in (at(alice), "/desk/drafts/"):
        with CaptureQueriesContext(connection) as asked:
            carla.get(page)
        assert not [each for each in asked.captured_queries if "delegation" in each["sql"]]
