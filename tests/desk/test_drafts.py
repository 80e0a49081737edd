"""Who is filling in: who may be stuck first, in plain words, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from atrio.kernel.ids import new_id
from atrio.onboarding.drafts import DRAFTS_PAGE, count_drafts, drafts_page
from atrio.onboarding.models import Application, Step
from atrio.onboarding.queue import MOST_COUNTED
from tests.apply.people import Applicant, words_of
from tests.desk.conftest import branch, crowd
from tests.desk.seats import at_the_desk, queries_of
from tests.onboarding.house import CNPJ, furnish, hire

BUDGET = 18
WRONG = "99.000.003/0001-93"


@pytest.fixture
def unit(db):
    return furnish(name=uuid4().hex)


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


@pytest.fixture
def desk(carla):
    return at_the_desk(carla)


def minutes_ago(minutes):
    return timezone.now() - timedelta(minutes=minutes)


def begun(size, **fields):
    """Let so many begin, each at their first step and seen just now."""
    found = crowd(
        size,
        **{"waiting_on": "customer", "current_step": "enter_tax_id", "seen_at": timezone.now()}
        | fields,
    )
    Step.objects.bulk_create(
        Step(
            application=application,
            element="enter_tax_id",
            kind="user",
            lane="customer",
            task_id=new_id().hex,
            opened_at=application.created_at,
        )
        for application in found
    )
    return found


def shown(desk, **query):
    page = desk.get("/desk/drafts/", query).content.decode()
    return re.findall(r'class="queue-link"[^>]*>([^<]+)<', page)


def words(desk, **query):
    return words_of(desk.get("/desk/drafts/", query))


def test_somebody_who_has_just_begun_is_seen_with_their_step(desk, unit):
    alice = Applicant().come_to("enter_tax_id")
    page = words(desk)
    assert alice.application.reference in page
    for said in ("Not known yet", "gets on", "0 of 5", "just now"):
        assert said in page, said


def test_what_is_known_already_is_shown(desk, unit):
    Applicant().come_to("give_contact")
    page = words(desk)
    for said in ("99.000.001/0001-01", "Contact", "2 of 5"):
        assert said in page, said
    assert shown(desk) == [Application.objects.get().title]


def test_the_same_error_twice_is_told_with_its_field_and_words(desk, unit):
    alice = Applicant().come_to("enter_tax_id")
    for _time in range(2):
        alice.send({"company.tax_id": WRONG})
    assert "2 times the same error at CNPJ: A digit of this CNPJ is wrong" in words(desk)
    assert shown(desk, view="stuck") == ["Not known yet"]

    alice.send({"company.tax_id": CNPJ})
    assert "2 times" not in words(desk)
    assert shown(desk, view="stuck") == []


def test_pauses_and_returns_are_told_in_words(desk, unit):
    begun(1, seen_at=minutes_ago(25), visits=4, signal="came_back")
    page = words(desk)
    assert "came back 3 times" in page
    assert "idle for 25 min" in page


def test_whoever_is_stuck_comes_first_and_whoever_was_here_last_before_all(desk, unit):
    begun(1, title="At it")
    begun(1, title="Idle", seen_at=minutes_ago(40))
    begun(1, title="Back again", seen_at=minutes_ago(5), visits=4, signal="came_back")
    begun(1, title="Away", seen_at=minutes_ago(60 * 25))
    assert shown(desk) == ["Back again", "Idle", "At it"]
    assert shown(desk, view="stuck") == ["Back again", "Idle"]
    assert shown(desk, view="earlier") == ["Away"]


def test_what_was_sent_or_is_over_is_no_draft(desk, unit):
    begun(1, title="Sent", submitted_at=timezone.now())
    begun(1, title="Withdrawn", status="withdrawn", finished_at=timezone.now())
    assert shown(desk) == []
    assert "Nobody is filling in" in words(desk)


def test_whoever_waits_for_the_register_is_not_idle(desk, unit):
    (application,) = begun(1, waiting_on="outside", seen_at=minutes_ago(20))
    Step.objects.update(kind="call", lane="shop", element="ask_register")
    assert "idle" not in words(desk)
    assert "waits for another system" in words(desk)
    assert application.reference in words(desk)


def test_mallory_sees_none_of_ours(desk, unit):
    begun(1)
    mallory = at_the_desk(hire(branch("elsewhere"), "mallory@elsewhere.example", "associate"))
    assert shown(desk) == ["Company 0000"]
    assert shown(mallory) == []


def test_pages_go_from_the_stuck_to_the_others_without_gap_or_overlap(carla, unit):
    now = timezone.now()
    begun(DRAFTS_PAGE - 5, seen_at=minutes_ago(20))
    begun(DRAFTS_PAGE)
    counts = count_drafts(carla, now=now)
    assert counts == {"today": 2 * DRAFTS_PAGE - 5, "stuck": DRAFTS_PAGE - 5, "earlier": 0}
    pages = [
        drafts_page(carla, view="today", number=number, counts=counts, now=now)
        for number in (1, 2, 3)
    ]
    assert [len(page.rows) for page in pages] == [DRAFTS_PAGE, DRAFTS_PAGE - 5, DRAFTS_PAGE - 5]
    seen = [row.application.pk for page in pages[:2] for row in page.rows]
    assert len(set(seen)) == Application.objects.count()
    assert [bool(row.trouble) for row in pages[0].rows] == [True] * 45 + [False] * 5


def test_a_page_costs_the_same_however_many_drafts_there_are(desk, unit):
    begun(1)
    begun(1, seen_at=minutes_ago(20))
    few = queries_of(desk, "/desk/drafts/")
    begun(MOST_COUNTED)
    begun(10, seen_at=minutes_ago(20))
    assert queries_of(desk, "/desk/drafts/") == few <= BUDGET
    assert "1000+" in words(desk)


def test_the_first_ones_are_found_by_their_index(carla, unit):
    begun(2000, seen_at=minutes_ago(60 * 30))
    begun(5)
    with connection.cursor() as cursor:
        cursor.execute("analyze onboarding_application")
    with CaptureQueriesContext(connection) as caught:
        now = timezone.now()
        drafts_page(carla, view="today", number=1, counts=count_drafts(carla, now=now), now=now)
    wanted = [one["sql"] for one in caught if "ORDER BY" in one["sql"] and "LIMIT" in one["sql"]]
    assert len(wanted) == 2
    for sql in wanted:
        with connection.cursor() as cursor:
            cursor.execute(f"explain {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "application_drafts" in plan, plan


def test_the_part_that_follows_by_itself_is_the_table_alone(desk, unit):
    begun(1)
    part = desk.get("/desk/drafts/", headers={"HX-Request": "true", "HX-Target": "drafts"})
    assert part.content.decode().lstrip().startswith('<div id="drafts"')
