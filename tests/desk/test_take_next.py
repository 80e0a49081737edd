"""From one application to the next, and back to the queue."""

from __future__ import annotations

import re

import pytest
from lxml import html

from atrio.onboarding.models import Application
from atrio.outside.invented import invented_numbers
from tests.desk.conftest import apply_with, crowd
from tests.desk.test_application import decide, page_of, said
from tests.desk.test_queue import companies

pytestmark = pytest.mark.django_db(transaction=True)


def take_next(client):
    return client.post("/desk/next", follow=True)


def at(response):
    return response.redirect_chain[-1][0]


def test_take_next_opens_what_it_took_and_says_when_nothing_is_left(carla, referred):
    assert 'action="/desk/next"' in carla.get("/desk/").content.decode()
    assert at(take_next(carla)) == f"/desk/applications/{referred.pk}/"
    assert "You have it" in page_of(carla, referred)

    answer = take_next(carla)
    assert at(answer) == "/desk/"
    assert said(answer) == ["Nothing is left that waits for you and that nobody has."]


def test_who_sells_is_not_offered_the_next(martin, referred):
    assert "/desk/next" not in martin.get("/desk/").content.decode()


def test_after_a_decision_one_is_back_where_one_was_and_reads_what_happened(carla, referred):
    crowd(60, waiting_on="associate")
    carla.get("/desk/?view=open&page=2")
    answer = decide(carla, referred, review__verdict="approve")
    assert at(answer) == "/desk/?view=open&page=2"
    assert said(answer) == [f"Noted. {referred.title} ({referred.reference}) goes on."]


def test_a_decision_may_lead_straight_to_the_next(carla, referred):
    second = apply_with(next(invented_numbers(status="unfit")))
    answer = decide(carla, referred, review__verdict="approve", then="next")
    assert at(answer) == f"/desk/applications/{second.pk}/"
    assert said(answer) == [f"Noted. {referred.title} ({referred.reference}) goes on."]

    answer = decide(carla, second, review__verdict="approve", then="next")
    assert at(answer) == "/desk/"
    assert len(said(answer)) == 2


def test_whoever_repairs_stays_to_see_whether_it_helped(carla, failed):
    page = page_of(carla, failed)
    assert re.search(r"review-why.*?: The system in memory was told to refuse", page, re.DOTALL)
    answer = decide(carla, failed, step="repair", repair__action="mended")
    assert at(answer) == f"/desk/applications/{failed.pk}/"


def test_the_queue_says_why_each_waits_and_who_has_it(carla, failed):
    page = carla.get("/desk/").content.decode()
    assert "The system in memory was told to refuse" in page
    assert "nobody" in page
    carla.post(f"/desk/applications/{failed.pk}/claim")
    assert "<strong>You</strong>" in carla.get("/desk/").content.decode()
    assert failed.reference in carla.get("/desk/?view=mine").content.decode()
    assert companies(carla.get("/desk/?view=free")) == []
    assert Application.objects.get().owner is not None


def test_the_keys_are_told_on_every_page_and_name_what_they_press(carla, referred):
    for page in (carla.get("/desk/").content.decode(), page_of(carla, referred)):
        assert '<dialog class="keys" id="keys"' in page
        assert 'data-key="t"' in page
        assert 'data-key="g q"' in page
    assert 'data-key="c"' in page
    assert 'data-key="d"' in page


def test_a_row_names_what_is_asked_as_its_form_does_and_how_much_it_is_about(carla, unit):
    apply_with(next(invented_numbers(start=51)), credit="45000")
    page = carla.get("/desk/").content.decode()
    assert "Your credit line" in page  # which is promised
    assert re.search(r"Credit line<span [^>]*>R\$\s45,000\.00<", page)

    form = html.fromstring(page_of(carla, Application.objects.get())).find_class("review")[0]
    assert "How much a month? R$ 45,000.00" in " ".join(form.text_content().split())
    limit = form.xpath("//*[@data-shown-if='credit.verdict'][.//*[@name='credit.limit']]")[0]
    assert (limit.get("data-shown-value"), limit.get("hidden")) == ("grant", "")


def test_what_is_tried_again_is_no_longer_said_to_have_failed(carla, failed):
    assert "The system in memory was told to refuse" in carla.get("/desk/").content.decode()
    decide(carla, failed, step="repair", repair__action="mended")
    page = carla.get("/desk/?view=mine").content.decode()
    assert failed.reference in page
    assert "The system in memory was told to refuse" not in page


def test_having_nothing_explains_how_to_get_something(carla):
    assert "You have nothing in hand" in carla.get("/desk/?view=mine").content.decode()
