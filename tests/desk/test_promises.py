"""The report on promises, and a promise on the application's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from atrio.onboarding.models import Application, Promise
from tests.apply.people import words_of
from tests.desk.conftest import crowd, seated
from tests.desk.seats import queries_of
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BUDGET = 15


def promised(application, name, *, spent=HOUR, budget=4 * HOUR, ended_ago=DAY, **more):
    """Keep a promise that has ended, kept if its budget was enough."""
    now = timezone.now()
    ended = now - ended_ago
    values = {
        "application": application,
        "business_unit": application.business_unit,
        "name": name,
        "budget": budget,
        "measure": "hours",
        "counted_on": "always",
        "escalate_after": 0 * HOUR,
        "status": "kept" if spent <= budget else "broken",
        "started_at": ended - spent,
        "spent": spent,
        "due_at": ended - spent + budget,
        "ended_at": ended,
    }
    return Promise.objects.create(**values | more)


def running(application, name, **more):
    now = timezone.now()
    return promised(
        application,
        name,
        spent=0 * HOUR,
        **{
            "status": "running",
            "started_at": now,
            "running_since": now,
            "due_at": now + timedelta(minutes=90, seconds=10),
            "ended_at": None,
        }
        | more,
    )


def row(page, heading, title):
    """Return what stands in the row of a table that begins with these words."""
    words = words_of(page)
    section = words[words.index(heading) :]
    return section[section.index(title) :][:200]


def test_it_says_how_each_clock_was_kept_and_by_whom_the_time_was_taken(carla, unit):
    (application,) = crowd(1)
    for spent in (1, 2, 3, 9):
        promised(
            application,
            "step:review",
            spent=spent * HOUR,
            by_customer=3 * HOUR,
            by_us=HOUR,
            by_others=0 * HOUR,
        )
    told = row(carla.get("/desk/promises/"), "Kept and broken", "Check by a person")
    assert "Check by a person 3 1 75% 2 h 30 min 8 h 6 min 75% · 25% · 0%" in told


def test_it_looks_as_far_back_as_it_is_asked(carla, unit):
    (application,) = crowd(1)
    promised(application, "step:review", ended_ago=20 * DAY)
    assert "Check by a person" in words_of(carla.get("/desk/promises/"))
    page = words_of(carla.get("/desk/promises/", {"weeks": "1"}))
    assert "No promise has ended in this time." in page
    assert "Check by a person" in page[page.index("Week by week") :]


def test_it_says_what_runs_and_when_the_next_is_due(carla, unit):
    first, second = crowd(2)
    running(first, "access")
    running(second, "access", status="broken", due_at=timezone.now() - HOUR)
    told = row(carla.get("/desk/promises/"), "Running now", "Access to the shop")
    assert told.startswith("Access to the shop 1 0 1 1 h 30 min left")


def test_it_says_who_waits_where(carla, unit):
    crowd(2)
    crowd(1, promised_at=timezone.now() - HOUR)
    page = carla.get("/desk/promises/")
    assert row(page, "Who waits where", "Check by a person").startswith(
        "Check by a person Our team 3 1"
    )
    assert "Queue 3 Filling in" in words_of(page)


def test_days_at_work_are_told_as_such(carla, unit):
    (application,) = crowd(1)
    promised(application, "credit_line", spent=1.5 * DAY, budget=3 * DAY, measure="days")
    assert "1.5 working days" in row(
        carla.get("/desk/promises/"), "Kept and broken", "Your credit line"
    )


def test_an_associate_sees_their_own_figures_and_a_manager_everybody_s(carla, martin, unit):
    (application,) = crowd(1)
    promised(application, "step:review", person="Carla")
    promised(application, "step:review", person="Ada")
    page = words_of(carla.get("/desk/promises/"))
    assert ("Carla Check" in page, "Ada Check" in page) == (True, False)
    page = words_of(martin.get("/desk/promises/"))
    assert ("Carla Check" in page, "Ada Check" in page) == (True, True)


def test_mallory_from_elsewhere_sees_none_of_it(mallory, unit):
    (application,) = crowd(1)
    promised(application, "step:review")
    running(application, "access")
    page = words_of(mallory.get("/desk/promises/"))
    for words in ("No promise is running.", "Nobody waits.", "No promise has ended in this time."):
        assert words in page


def test_the_report_asks_no_more_for_a_thousand_promises(carla, unit):
    def fill(size):
        for application in crowd(size):
            promised(application, "step:review", person="Carla")
            running(application, "access")

    fill(2)
    few = queries_of(carla, "/desk/promises/")
    fill(300)
    assert queries_of(carla, "/desk/promises/") == few <= BUDGET


def test_an_application_shows_its_promises_to_the_minute(carla, referred):
    review = Promise.objects.get(application=referred, name="step:review")
    now = timezone.now()
    Promise.objects.filter(pk=review.pk).update(due_at=now + timedelta(minutes=42, seconds=30))
    page = words_of(carla.get(f"/desk/applications/{referred.pk}/"))
    assert "Check by a person 4 h 0 min of working time 42 min left" in page
    assert "Access to the shop 3 min 0 s" in page


def test_a_pause_says_what_the_customer_owes_since_when(carla, referred):
    Promise.objects.filter(application=referred, name="step:review").update(
        status="paused",
        running_since=None,
        due_at=None,
        next_at=None,
        paused_since=timezone.now() - 2 * HOUR,
        paused_for="give_contact",
    )
    page = words_of(carla.get(f"/desk/applications/{referred.pk}/"))
    assert "stands still: the customer owes “" in page
    assert "(asked 2 h 0 min ago); 4 h 0 min left" in page


def test_an_associate_s_step_is_counted_for_them_by_name(unit, carla, referred):
    assert Application.objects.get(pk=referred.pk).clocks.keys() == {"access", "step:review"}
    ada = seated(hire(unit, "ada@nordlicht.example", "associate"))
    ada.post(
        f"/desk/applications/{referred.pk}/steps/review/decide",
        {"review.verdict": "decline", "review.reason": "No"},
    )
    review = Promise.objects.get(application=referred, name="step:review")
    assert (review.status, review.person) == ("kept", "Ada")
