"""The page of a unit's working calendar."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Promise
from atrio.seller.calendars import hours_visible_to
from atrio.seller.rules import written
from tests.apply.people import words_of
from tests.desk.conftest import seated
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/desk/calendars/nordlicht-br/"
WEEK = {f"day-{number}": "9-18" for number in range(5)} | {"subdivision": ""}
BUDGET = 15


@pytest.fixture
def rita(unit):
    return hire(unit, "rita@nordlicht.example", "regional_admin")


@pytest.fixture
def desk(rita):
    return seated(rita)


def hours(rita):
    return hours_visible_to(rita, "nordlicht-br")


def test_a_unit_that_has_said_nothing_shows_the_usual_week(desk):
    page = desk.get("/desk/calendars/", follow=True)
    assert page.redirect_chain == [(PAGE, 302)]
    text = page.content.decode()
    assert text.count('value="09:00–18:00"') == 5
    assert '<option value="SP">SP</option>' in text


def test_the_week_is_set_as_people_write_it(desk, rita):
    answer = desk.post(
        f"{PAGE}week", WEEK | {"day-4": "9-12, 13-17", "subdivision": "SP"}, follow=True
    )
    assert "Saved." in words_of(answer)
    found = hours(rita)
    assert [written(day) for day in found.week][3:6] == [
        "09:00–18:00",
        "09:00–12:00, 13:00–17:00",
        "",
    ]
    assert found.subdivision == "SP"


def test_what_is_no_week_is_shown_as_it_was_typed(desk, rita):
    answer = desk.post(f"{PAGE}week", WEEK | {"day-0": "nine to <six>"})
    assert answer.status_code == 422
    assert 'value="nine to &lt;six&gt;"' in answer.content.decode()
    assert "Opening hours look like this" in words_of(answer)
    assert written(hours(rita).week[0]) == "09:00–18:00"


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"subdivision": ""}, "at least one day of the week"),
        (WEEK | {"subdivision": "Atlantis"}, "The holidays of this place are not known."),
    ],
)
def test_what_cannot_be_is_refused_in_words(desk, posted, words):
    answer = desk.post(f"{PAGE}week", posted)
    assert answer.status_code == 422
    assert words in words_of(answer)


def test_a_day_is_added_and_forgotten(desk, rita):
    day = {"on": "2026-12-24", "openings": "9-12", "reason": "Christmas Eve"}
    assert "Christmas Eve" in words_of(desk.post(f"{PAGE}days", day, follow=True))
    (kept,) = hours(rita).own_days
    assert written(kept.openings) == "09:00–12:00"
    desk.post(f"{PAGE}days/forget", {"on": "2026-12-24"})
    assert hours(rita).own_days == ()


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"on": "soon"}, "This is not a date."),
        ({"openings": "9"}, "Opening hours look like this"),
        ({"reason": " \0 "}, "Please say why"),
    ],
)
def test_a_day_that_is_none_is_told_at_its_field(desk, rita, changed, error):
    day = {"on": "2026-12-24", "openings": "", "reason": "Stocktaking"} | changed
    answer = desk.post(f"{PAGE}days", day)
    assert answer.status_code == 422
    assert error in words_of(answer)
    assert hours(rita).own_days == ()


def test_what_moved_is_shown_with_before_and_after(desk, referred):
    review = Promise.objects.get(application=referred, name="step:review")
    desk.post(f"{PAGE}week", {f"day-{number}": "0-1" for number in range(7)} | {"subdivision": ""})
    run_pending()
    moved = Promise.objects.get(pk=review.pk)
    assert moved.due_at - review.due_at > timedelta(days=1)
    page = words_of(desk.get(PAGE))
    assert "Moved by the last change 1" in page
    assert referred.reference in page


def test_the_page_asks_little(desk, referred):
    desk.post(f"{PAGE}week", {f"day-{number}": "0-1" for number in range(7)} | {"subdivision": ""})
    run_pending()
    with CaptureQueriesContext(connection) as captured:
        desk.get(PAGE)
    assert len(captured) <= BUDGET


def test_the_next_holidays_are_named(desk):
    page = words_of(desk.get(PAGE))
    assert re.search(r"Sept\. 7, 20\d\d · Independence Day", page)
