"""Promises: given, paused while the customer owes, kept, broken, escalated, moved."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.database import acting_as
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import claim_application
from atrio.onboarding.case import open_case
from atrio.onboarding.models import Application, Promise, Reached
from atrio.onboarding.promises.actions import (
    end_what_is_over,
    move_promises,
    raise_levels,
    split_ended,
)
from atrio.onboarding.promises.ticking import hand_to, tick_promises
from atrio.onboarding.tokens import token_for
from atrio.parties.models import Account
from atrio.seller.actions import set_own_day
from atrio.timeline.models import Entry
from tests.apply.people import words_of
from tests.onboarding.house import hire
from tests.onboarding.promising import Asking, open_unit, publish_promising
from tests.parties.customers import Browser

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime(2026, 3, 2, 13, tzinfo=UTC)  # two in the afternoon over there
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def unit(tmp_path):
    publish_promising(tmp_path, MONDAY)
    return open_unit()


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


@pytest.fixture
def martin(unit):
    return hire(unit, "martin@nordlicht.example", "manager")


@pytest.fixture
def asking(unit):
    return Asking(MONDAY).ask(now=MONDAY)


def account(asking, *, first_price_at):
    made = Account.objects.create(
        name="Ventorim",
        business_unit="nordlicht-de",
        opened_at=MONDAY,
        first_price_at=first_price_at,
    )
    Application.objects.filter(pk=asking.pk).update(account_id=made.pk)


def told(what):
    return [entry.data["promise"] for entry in Entry.objects.filter(what=what).order_by("id")]


def written_to(email):
    return list(Message.objects.filter(to=email, notice="promise_broken").order_by("id"))


# ── given and kept ──────────────────────────────────────────────────────────────────────────


def test_access_is_promised_from_the_first_page(unit):
    first_page = MONDAY - timedelta(seconds=20)
    access = Asking(first_page).promise("access")
    assert (access.status, access.started_at) == ("running", first_page)
    assert access.due_at == first_page + timedelta(minutes=3)


def test_credit_is_promised_in_working_days_to_whoever_asks_for_it(asking):
    credit = asking.promise("credit_line")
    assert (credit.status, credit.due_at) == ("running", MONDAY + 3 * DAY)
    assert credit.warn_at == datetime(2026, 3, 4, 8, 30, tzinfo=UTC)  # four, nine, half an hour
    assert credit.escalate_at == MONDAY + 4 * DAY


def test_credit_is_not_promised_to_whoever_does_without(unit):
    Asking(MONDAY).ask(now=MONDAY, wanted="no")
    assert not Promise.objects.filter(name="credit_line").exists()


def test_what_is_told_in_time_is_kept(asking, carla):
    asking.look(carla, clear=True, now=MONDAY + DAY)
    credit = asking.promise("credit_line")
    assert (credit.status, credit.ended_at, credit.spent) == ("kept", MONDAY + DAY, DAY)
    assert sorted(told("promise.given")) == ["credit_line", "step:look"]
    assert sorted(told("promise.kept")) == ["credit_line"]
    assert told("promise.kept_late") == ["step:look"]  # four hours were over on Tuesday morning


def test_what_is_told_late_is_broken(asking, carla):
    asking.look(carla, clear=True, now=MONDAY + 3 * DAY + HOUR)
    assert asking.promise("credit_line").status == "broken"


# ── pauses ──────────────────────────────────────────────────────────────────────────────────


def test_it_pauses_visibly_while_the_customer_owes_an_answer(asking, carla):
    asking.look(carla, clear=False, now=MONDAY + HOUR)
    credit = asking.promise("credit_line")
    assert (credit.status, credit.due_at, credit.next_at) == ("paused", None, None)
    assert (credit.paused_for, credit.paused_since) == ("answer", MONDAY + HOUR)

    asking.answer("answer", now=MONDAY + 7 * DAY, answer__text="So")
    credit = asking.promise("credit_line")
    assert (credit.status, credit.paused_since) == ("running", None)
    assert credit.due_at == MONDAY + 10 * DAY - HOUR
    assert told("promise.paused") == told("promise.resumed") == ["credit_line"]


def test_what_has_run_out_does_not_pause(asking, carla):
    asking.look(carla, clear=False, now=MONDAY + 3 * DAY + HOUR)
    assert asking.promise("credit_line").status == "running"
    raise_levels(now=MONDAY + 3 * DAY + HOUR)
    assert asking.promise("credit_line").status == "broken"


def test_a_pause_costs_nothing_of_the_three_days(asking, carla):
    for week in range(1, 4):
        asking.look(carla, clear=False, now=MONDAY + (week - 1) * 7 * DAY + week * HOUR)
        asking.answer("answer", now=MONDAY + week * 7 * DAY + week * HOUR, answer__text="So")
    spent = HOUR * 24 / 9  # of the first Monday; the other weeks began as they were left
    assert abs(asking.promise("credit_line").spent - 3 * spent) < timedelta(milliseconds=1)


# ── steps and persons ───────────────────────────────────────────────────────────────────────


def test_a_step_has_a_clock_of_its_own_each_time_it_opens(asking, carla):
    assert asking.promise("step:look").due_at == MONDAY + 4 * HOUR
    asking.look(carla, clear=False, now=MONDAY + HOUR)
    first = asking.promise("step:look")
    assert (first.status, first.spent, first.person) == ("kept", HOUR, carla.label)

    asking.answer("answer", now=MONDAY + DAY, answer__text="So")
    second = asking.promise("step:look")
    assert (second.status, second.started_at) == ("running", MONDAY + DAY)


def test_whoever_takes_a_step_has_a_clock_until_they_hand_it_over(asking, carla):
    @transaction.atomic
    def hand(person_id, person, now):
        case = open_case(by=carla, application_id=asking.pk, now=now)
        hand_to(case, "look", person_id=person_id, person=person)
        case.save()

    hand(carla.id, "Carla", MONDAY)
    mine = asking.promise("person:look")
    assert (mine.person, mine.due_at) == ("Carla", MONDAY + 2 * HOUR)
    assert asking.promise("step:look").person == "Carla"

    hand(None, "", MONDAY + HOUR)
    assert asking.promise("person:look").status == "cancelled"
    hand(carla.id, "Carla", MONDAY + 3 * HOUR)
    asking.look(carla, clear=True, now=MONDAY + 4 * HOUR)
    again = asking.promise("person:look")
    assert (again.status, again.spent, str(again.person_id)) == ("kept", HOUR, carla.id)


@pytest.fixture
def bruno_has_it(asking, unit):
    """Bruno has taken the step that waits."""
    bruno = hire(unit, "bruno@nordlicht.example", "associate")
    claim_application(by=bruno, application_id=asking.pk, now=MONDAY)
    return bruno


def ended(promise):
    return promise.status, promise.person, promise.ended_at is not None


def test_answered_by_somebody_else_a_person_s_clock_is_neither_kept_nor_broken(
    asking, carla, bruno_has_it
):
    asking.look(carla, clear=True, now=MONDAY + HOUR)
    assert ended(asking.promise("person:look")) == ("cancelled", "Bruno", True)
    assert ended(asking.promise("step:look")) == ("kept", "Carla", True)


def test_what_ran_out_in_somebody_s_hands_is_not_counted_for_whoever_steps_in(
    asking, carla, bruno_has_it
):
    asking.look(carla, clear=True, now=MONDAY + DAY)
    assert ended(asking.promise("person:look")) == ("broken", "Bruno", True)
    assert ended(asking.promise("step:look")) == ("broken", "Bruno", True)


def test_what_the_background_answers_is_nobody_s_doing(asking, bruno_has_it):
    with transaction.atomic():
        case = open_case(by=SYSTEM, application_id=asking.pk, now=MONDAY + HOUR)
        (step,) = (step for step in case.open_steps.values() if step.element == "look")
        case.close(step, "completed")
        tick_promises(case, is_reopened=False)
    assert ended(asking.promise("person:look")) == ("cancelled", "Bruno", True)
    assert ended(asking.promise("step:look")) == ("kept", "", True)


# ── running out ─────────────────────────────────────────────────────────────────────────────


def test_it_warns_breaks_and_escalates_each_once(asking, carla, martin):
    Promise.objects.exclude(name="credit_line").delete()
    for _time in range(2):
        raise_levels(now=MONDAY + 2 * DAY)
    assert told("promise.warned") == ["credit_line"]
    assert asking.promise("credit_line").status == "running"
    assert not Message.objects.filter(notice="promise_broken").exists()

    for _time in range(2):
        raise_levels(now=MONDAY + 3 * DAY)
    assert told("promise.broken") == ["credit_line"]
    assert asking.promise("credit_line").status == "broken"
    assert (len(written_to("carla@nordlicht.example")), written_to("martin@nordlicht.example")) == (
        1,
        [],
    )

    for _time in range(2):
        raise_levels(now=MONDAY + 4 * DAY)
    assert told("promise.escalated") == ["credit_line"]
    (message,) = written_to("martin@nordlicht.example")
    assert "Your credit line" in message.subject
    assert str(asking.pk) in message.text
    assert asking.promise("credit_line").next_at is None


def test_who_looks_after_it_hears_of_it_alone(asking, unit, carla):
    ada = hire(unit, "ada@nordlicht.example", "associate")
    Application.objects.filter(pk=asking.pk).update(owner=ada.id)
    raise_levels(now=MONDAY + 3 * DAY)
    assert written_to("ada@nordlicht.example")
    assert not written_to("carla@nordlicht.example")


def test_a_level_that_somebody_else_has_reached_is_not_told_again(asking, carla):
    promise = asking.promise("credit_line")
    for level in (1, 2):
        Reached.objects.create(
            promise=promise,
            application=asking.application,
            level=level,
            due_at=promise.due_at,
            at=MONDAY,
        )
    raise_levels(now=MONDAY + 3 * DAY)
    assert "credit_line" not in told("promise.broken")
    assert asking.promise("credit_line").status == "broken"


def test_what_several_levels_late_was_noticed_is_written_once(asking, carla, martin):
    Promise.objects.exclude(name="credit_line").delete()
    raise_levels(now=MONDAY + 9 * DAY)
    levels = list(Reached.objects.order_by("level").values_list("level", flat=True))
    assert levels == [1, 2, 3]
    assert (written_to("carla@nordlicht.example"), len(written_to("martin@nordlicht.example"))) == (
        [],
        1,
    )


def test_two_who_look_at_once_tell_of_each_level_once(asking, carla, martin):
    many = [Asking(MONDAY).ask(now=MONDAY) for _number in range(20)]
    meet = Barrier(2)

    def look():
        try:
            meet.wait(timeout=10)
            while raise_levels(now=MONDAY + 9 * DAY):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as lookers:
        for looked in [lookers.submit(look) for _number in range(2)]:
            looked.result(timeout=30)

    # What one left to the other, because it had it in hand, is looked at again a minute later.
    while raise_levels(now=MONDAY + 9 * DAY):
        pass
    assert told("promise.escalated").count("credit_line") == len(many) + 1
    assert len(written_to("martin@nordlicht.example")) == len(many) + 1


def test_nobody_is_written_to_while_the_customer_has_the_turn(unit, carla):
    slow = Asking(MONDAY)
    raise_levels(now=MONDAY + HOUR)
    assert slow.promise("access").status == "broken"
    assert not Message.objects.filter(notice="promise_broken").exists()


# ── over without a step ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("seconds", "status"), [(170, "kept"), (190, "broken")])
def test_the_access_clock_ends_with_the_first_price(asking, seconds, status):
    account(asking, first_price_at=MONDAY + timedelta(seconds=seconds))
    assert end_what_is_over() == 1
    access = asking.promise("access")
    assert (access.status, access.spent) == (status, timedelta(seconds=seconds))


def test_whoever_has_seen_prices_before_has_access_when_the_application_is_done(asking, carla):
    account(asking, first_price_at=MONDAY - 30 * DAY)
    assert end_what_is_over() == 0
    asking.look(carla, clear=True, now=MONDAY + timedelta(minutes=2))
    end_what_is_over()
    access = asking.promise("access")
    assert (access.status, access.ended_at) == ("kept", MONDAY + timedelta(minutes=2))


def test_nothing_is_owed_to_an_application_that_is_over(asking):
    Application.objects.filter(pk=asking.pk).update(
        status="withdrawn", finished_at=MONDAY + timedelta(minutes=1)
    )
    end_what_is_over()
    assert set(Promise.objects.values_list("status", flat=True)) == {"cancelled"}


def test_an_ended_clock_says_who_had_the_turn(asking, carla):
    asking.look(carla, clear=False, now=MONDAY + HOUR)
    asking.answer("answer", now=MONDAY + 3 * HOUR, answer__text="So")
    asking.look(carla, clear=True, now=MONDAY + 4 * HOUR)
    split_ended()
    credit = asking.promise("credit_line")
    assert (credit.by_us, credit.by_customer, credit.by_others) == (2 * HOUR, 2 * HOUR, 0 * HOUR)
    assert split_ended() == 0


# ── calendars ───────────────────────────────────────────────────────────────────────────────


def test_a_changed_calendar_moves_what_is_due_by_it(asking, unit):
    rita = hire(unit, "rita@nordlicht.example", "regional_admin")
    about = {"by": rita, "unit": unit.code, "on": date(2026, 3, 4), "now": MONDAY}
    set_own_day(**about, openings=(), reason="Stocktaking")
    run_pending()
    assert asking.promise("credit_line").due_at == MONDAY + 4 * DAY
    assert asking.promise("access").due_at == MONDAY + timedelta(minutes=3)
    (entry,) = Entry.objects.filter(what="promise.moved")
    assert entry.application_id == asking.pk
    assert datetime.fromisoformat(entry.data["before"]) == MONDAY + 3 * DAY
    assert datetime.fromisoformat(entry.data["due"]) == MONDAY + 4 * DAY


def test_what_is_due_later_again_breaks_again_and_nobody_hears_of_it_twice(asking, unit, carla):
    Promise.objects.exclude(name="credit_line").delete()
    raise_levels(now=MONDAY + 3 * DAY)
    rita = hire(unit, "rita@nordlicht.example", "regional_admin")
    for day in (3, 4):
        on = date(2026, 3, day)
        set_own_day(by=rita, unit=unit.code, on=on, openings=(), reason="Flood", now=MONDAY)
    move_promises(business_unit=unit.code, after=None, now=MONDAY + 3 * DAY)
    credit = asking.promise("credit_line")
    # Two days later, with a weekend between.
    assert (credit.status, credit.due_at) == ("running", MONDAY + 7 * DAY)

    raise_levels(now=MONDAY + 7 * DAY)
    assert asking.promise("credit_line").status == "broken"
    assert told("promise.broken") == ["credit_line"]
    assert len(written_to("carla@nordlicht.example")) == 1


# ── what it costs, and who may see it ───────────────────────────────────────────────────────


def statements(captured):
    return [query["sql"] for query in captured if "onboarding_promise" in query["sql"]]


def test_where_no_clock_changes_nothing_is_asked_about_promises(asking, carla):
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        case = open_case(by=carla, application_id=asking.pk, now=MONDAY)
        tick_promises(case, is_reopened=False)
        case.save()
    assert statements(captured) == []


def test_an_application_that_begins_costs_one_statement_for_its_promise(unit):
    with CaptureQueriesContext(connection) as captured:
        Asking(MONDAY)
    assert len(statements(captured)) == 1


def test_levels_are_raised_in_sets(unit, carla):
    for _number in range(3):
        Asking(MONDAY)
    with CaptureQueriesContext(connection) as few:
        assert raise_levels(now=MONDAY + HOUR) == 3
    for _number in range(30):
        Asking(MONDAY)
    with CaptureQueriesContext(connection) as many:
        assert raise_levels(now=MONDAY + HOUR) == 30
    assert len(many) == len(few)


def test_mallory_sees_no_promise_of_somebody_else(asking, unit):
    promise = asking.promise("credit_line")
    Reached.objects.create(
        promise=promise, application=asking.application, level=1, due_at=MONDAY, at=MONDAY
    )
    other = Asking(MONDAY).by
    nobody = Actor(kind="member", id="nobody")
    for stranger in (other, nobody):
        with acting_as(stranger):
            assert not Promise.objects.filter(pk=promise.pk).exists()
            assert not Reached.objects.exists()
    with acting_as(asking.by):
        assert Promise.objects.filter(pk=promise.pk).exists()


# ── what the customer reads ─────────────────────────────────────────────────────────────────


def tracker_of(asking):
    page = Browser(headers={"accept-language": "en"}).get(f"/apply/{token_for(asking.pk)}/track/")
    return words_of(page)


def test_the_customer_reads_by_when_they_hear_from_us(unit):
    now = timezone.now()
    asking = Asking(now).ask(now=now)
    due = timezone.localtime(asking.promise("credit_line").due_at, ZoneInfo("Europe/Berlin"))
    assert f"Your credit line: you will hear from us by {date_format(due, 'DATE_FORMAT')}." in (
        tracker_of(asking)
    )


def test_the_customer_reads_kind_words_when_we_are_late(asking):
    assert "Your credit line: this takes us longer than we promised." in tracker_of(asking)


def test_the_customer_reads_nothing_of_what_was_not_promised(unit):
    asking = Asking(MONDAY).ask(now=MONDAY, wanted="no")
    assert "Your credit line" not in tracker_of(asking)
    with CaptureQueriesContext(connection) as captured:
        tracker_of(asking)
    assert statements(captured) == []
