"""The queue: order, views, pages, search, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from atrio.onboarding.models import Application
from atrio.onboarding.queue import MOST_COUNTED, QUEUE_PAGE
from tests.desk.conftest import crowd, seated
from tests.desk.seats import queries_of
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db(transaction=True)
BUDGET = 14


def companies(response):
    return re.findall(r'class="queue-link"[^>]*>([^<]+)<', response.content.decode())


def test_the_least_promised_time_left_comes_first(carla):
    crowd(3)
    Application.objects.filter(title="Company 0002").update(promised_at=timezone.now())
    assert companies(carla.get("/desk/")) == ["Company 0002", "Company 0000", "Company 0001"]


def test_a_row_says_whose_turn_it_is_and_how_much_time_is_left(carla, referred):
    soon = timezone.now() + timedelta(minutes=2, seconds=30)
    Application.objects.update(promised_at=soon)
    page = carla.get("/desk/").content.decode()
    assert referred.reference in page
    assert f"/desk/applications/{referred.pk}/" in page
    for words in (
        "2 min left",
        "Review of the application",
        "99.000.007/",
        "The company is suspended or unfit in the federal register.",
        "nobody",
    ):
        assert words in page, words


def test_a_broken_promise_is_called_late(carla):
    crowd(1, promised_at=timezone.now() - timedelta(minutes=12))
    assert "12 min late" in carla.get("/desk/").content.decode()


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("associate", ["Waits for us"]),
        ("customer", ["Waits for them"]),
        ("outside", ["Runs"]),
        ("open", ["Waits for us", "Waits for them", "Runs"]),
        ("finished", ["Is over"]),
        ("no such view", ["Waits for us"]),
    ],
)
def test_a_view_shows_those_whose_turn_it_is(carla, view, shown):
    crowd(1, title="Waits for us")
    crowd(1, title="Waits for them", waiting_on="customer")
    crowd(1, title="Runs", waiting_on="outside")
    crowd(1, title="Is over", waiting_on="nobody", status="done", finished_at=timezone.now())
    assert sorted(companies(carla.get("/desk/", {"view": view}))) == sorted(shown)


def test_pages_follow_one_another_without_gap_or_overlap(carla):
    crowd(QUEUE_PAGE + 3)
    first = carla.get("/desk/")
    assert len(companies(first)) == QUEUE_PAGE
    assert f"1–{QUEUE_PAGE} of {QUEUE_PAGE + 3}" in first.content.decode()
    (following,) = re.findall(r'href="([^"]+)" rel="next"', first.content.decode())
    second = carla.get(following.replace("&amp;", "&"))
    assert companies(second) == [f"Company {QUEUE_PAGE + n:04}" for n in range(3)]
    assert 'rel="next"' not in second.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "", "9" * 400, "²"])
def test_a_page_that_is_none_is_the_nearest_one(carla, page):
    crowd(2)
    assert companies(carla.get("/desk/", {"page": page})) == ["Company 0000", "Company 0001"]


def test_a_queue_without_end_is_not_counted_to_its_end(carla):
    crowd(MOST_COUNTED + 60)
    page = carla.get("/desk/", {"page": MOST_COUNTED // QUEUE_PAGE})
    assert f"of {MOST_COUNTED}+" in page.content.decode()
    assert "search for what stands behind them" in page.content.decode()
    assert 'rel="next"' not in page.content.decode()


def test_people_of_several_units_see_them_in_one_order(unit, elsewhere):
    both = hire(unit, "ada@nordlicht.example", "admin")
    both = hire_also(both, elsewhere)
    ours, theirs = crowd(1, title="Ours"), crowd(1, title="Theirs", business_unit="elsewhere")
    crowd(1, title="A third one's", business_unit="third")
    assert companies(both.get("/desk/")) == ["Ours", "Theirs"]
    Application.objects.filter(pk=ours[0].pk).update(
        promised_at=theirs[0].promised_at + timedelta(seconds=1)
    )
    assert companies(both.get("/desk/")) == ["Theirs", "Ours"]


def hire_also(actor, unit):
    from atrio.seller.models import Staff

    Staff.objects.create(user_id=actor.id, business_unit=unit, role="admin")
    return seated(actor)


@pytest.mark.parametrize(
    "typed",
    [
        lambda a: a.reference,
        lambda a: a.reference.lower().replace("-", ""),
        lambda _: "99.000.007/0001-70",
        lambda _: "99000007000170",
        lambda a: a.title.split()[0],
        lambda a: a.title[:4].lower(),
    ],
)
def test_an_application_is_found_by_reference_number_and_name(carla, referred, typed):
    crowd(3)
    assert companies(carla.get("/desk/", {"q": typed(referred)})) == [referred.title]


@pytest.mark.parametrize("typed", ["zzz", "' or 1=1 --", "a:* | b", "\x00", "\\", "🦆", "a" * 5000])
def test_what_is_not_there_is_not_found_whatever_is_typed(carla, typed):
    crowd(1)
    response = carla.get("/desk/", {"q": typed})
    assert response.status_code == 200
    assert "Nothing found" in response.content.decode()


def test_mallory_finds_nothing_of_ours(mallory, referred):
    for typed in (referred.reference, "99000007000170", referred.title):
        assert companies(mallory.get("/desk/", {"q": typed})) == []


def test_an_empty_queue_explains_itself(carla):
    assert "Nothing waits for a person" in carla.get("/desk/").content.decode()


def test_the_table_alone_is_fetched_again(carla):
    crowd(1)
    part = carla.get("/desk/?view=open", headers={"HX-Request": "true", "HX-Target": "queue"})
    page = part.content.decode()
    assert page.lstrip().startswith('<div id="queue"')
    assert 'hx-get="/desk/?view=open"' in page
    assert companies(part) == ["Company 0000"]


def test_the_queue_costs_the_same_however_long_it_is(carla):
    crowd(2)
    few = queries_of(carla, "/desk/")
    crowd(MOST_COUNTED + 100)
    many = queries_of(carla, "/desk/")
    assert many == few
    assert many <= BUDGET
