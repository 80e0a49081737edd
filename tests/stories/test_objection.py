"""A company is refused and objects: somebody else looks, if there is anybody else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from lxml import html

from atrio.identity.models import User
from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Step
from atrio.outside.invented import invented_numbers
from tests.onboarding.house import furnish, hire
from tests.stories.people import application_of, apply_as, browser_of, letter_to

pytestmark = pytest.mark.django_db(transaction=True)
ALICE = "alice@ventorim.example"


@pytest.fixture
def unit():
    return furnish(name=uuid4().hex)


@pytest.fixture
def carla(unit):
    return seated(unit, "carla")


def seated(unit, name):
    return browser_of(User.objects.get(pk=hire(unit, f"{name}@nordlicht.example", "associate").id))


def apply_in_vain(carla, **who):
    """Apply for a company that a person has to look at, and be refused by Carla."""
    number = next(invented_numbers(status="suspended"))
    visitor = apply_as("Alice Prado", ALICE, cnpj=number, **who)
    assert look(carla, "decline", "The address cannot be found.") == 302
    return visitor.wait()


def look(browser, verdict, reason=""):
    pk = application_of(ALICE).pk
    said = {"review.verdict": verdict, "review.reason": reason}
    answer = browser.post(f"/desk/applications/{pk}/steps/review/decide", said, follow=False)
    run_pending()
    return answer.status_code


def object_to_it(visitor):
    visitor.client.post(
        visitor.at.replace("track/", "step/objection/"), {"objection.text": "We have moved."}
    )
    run_pending()
    assert application_of(ALICE).current_step == "review"


def reviews():
    answered = Step.objects.filter(element="review", outcome="completed").order_by("closing")
    return list(answered.values_list("by_label", flat=True))


def test_the_objection_is_for_somebody_else_to_read(unit, carla):
    bea = seated(unit, "bea")
    visitor = apply_in_vain(carla)
    object_to_it(visitor)

    look(carla, "approve")
    assert application_of(ALICE).current_step == "review"
    look(bea, "approve")

    assert reviews() == ["Carla", "Bea"]
    assert application_of(ALICE).status == "done"


def test_where_nobody_else_may_decide_it_is_read_by_the_same_person(unit, carla):
    hire(unit, "martin@nordlicht.example", "manager")  # who sells does not decide
    object_to_it(apply_in_vain(carla))

    look(carla, "approve")

    assert reviews() == ["Carla", "Carla"]
    assert application_of(ALICE).status == "done"


def test_it_is_offered_to_those_who_may_read_it(unit, carla):
    bea = seated(unit, "bea")
    object_to_it(apply_in_vain(carla))

    carla.post("/desk/next")
    assert application_of(ALICE).owner is None
    bea.post("/desk/next")
    assert str(application_of(ALICE).owner) == "Bea"


def test_the_way_of_the_refused_is_told_in_german(unit, carla):
    visitor = apply_in_vain(carla, language="de")

    page = " ".join(html.fromstring(visitor.text).text_content().split())
    assert "Wir können das Konto nicht eröffnen" in page
    assert "widersprechen" in page
    letter = letter_to(ALICE, "refused")
    assert letter.language == "de"
    assert "The address cannot be found." in letter.text  # the associate's own words
    object_to_it(visitor)
    page = " ".join(html.fromstring(visitor.wait().text).text_content().split())
    assert "Wir können das Konto nicht eröffnen" not in page

    look(seated(unit, "bea"), "decline", "Wir bleiben dabei.")
    letter = letter_to(ALICE, "refused_again")
    assert "Wir bleiben dabei." in letter.text
    page = " ".join(html.fromstring(visitor.wait().text).text_content().split())
    assert "widersprechen" not in page
