"""How a clock runs, whatever is done to it: nothing of its budget is lost or won."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from atrio.engine.calendars import AROUND_THE_CLOCK, Opening, WorkingCalendar, day_of
from atrio.journeys.promises import Terms
from atrio.onboarding.models import Promise
from atrio.onboarding.promises import rules

MONDAY = datetime(2026, 3, 23, 8, tzinfo=UTC)  # summer time begins on Sunday
NINE_TO_SIX = day_of([Opening(time(9), time(18))])
OFFICE = WorkingCalendar(ZoneInfo("Europe/Berlin"), (*[NINE_TO_SIX] * 5, (), ()))
ALMOST = timedelta(milliseconds=1)

budgets = st.timedeltas(timedelta(minutes=1), timedelta(days=4))
calendars = st.sampled_from([OFFICE, AROUND_THE_CLOCK])
measures = st.sampled_from(["hours", "days"])
gaps = st.lists(st.timedeltas(timedelta(0), timedelta(days=2)), max_size=8)


def given_now(budget, measure, calendar, **more):
    promise = Promise(name="credit_line")
    rules.give(promise, Terms("credit_line", budget, measure, **more), calendar=calendar, at=MONDAY)
    return promise


def ran(promise, gaps, calendar):
    """Pause and let go on by turns; return the moment of the last change and what ran off."""
    at, spent = MONDAY, timedelta(0)
    for gap in gaps:
        before, at = at, at + gap
        if promise.paused_since is None:
            spent += calendar.working_time_between(before, at, measure=rules.measure_of(promise))
            if not rules.pause(promise, step="answer", calendar=calendar, at=at):
                return at, spent
        else:
            rules.run_from(promise, calendar=calendar, at=at)
    return at, spent


@settings(max_examples=150)
@given(budgets, measures, calendars, gaps)
def test_only_what_ran_is_spent(budget, measure, calendar, gaps):
    promise = given_now(budget, measure, calendar)
    at, spent = ran(promise, gaps, calendar)
    rules.end(promise, calendar=calendar, at=at)
    assert abs(promise.spent - spent) < ALMOST


@settings(max_examples=150)
@given(budgets, measures, calendars, gaps)
def test_a_clock_that_runs_is_due_when_its_budget_is_spent(budget, measure, calendar, gaps):
    promise = given_now(budget, measure, calendar)
    at, _spent = ran(promise, gaps, calendar)
    if promise.paused_since is not None:
        assert (promise.due_at, promise.next_at, promise.running_since) == (None, None, None)
        rules.run_from(promise, calendar=calendar, at=at)
    due = promise.due_at
    left = calendar.working_time_between(promise.running_since, due, measure=measure)
    assert abs(promise.spent + left - budget) < ALMOST
    rules.end(promise, calendar=calendar, at=due)
    assert promise.status == "kept"


@settings(max_examples=100)
@given(budgets, measures, calendars, gaps, st.floats(0.01, 0.99))
def test_it_warns_before_it_is_due_and_escalates_after(budget, measure, calendar, gaps, share):
    promise = given_now(
        budget,
        measure,
        calendar,
        warn_after=budget * share,
        escalate_to="manager",
        escalate_after=timedelta(hours=2),
    )
    ran(promise, gaps, calendar)
    if promise.paused_since is None:
        assert promise.warn_at <= promise.due_at <= promise.escalate_at
        levels = [level for level, _at in rules.reached(promise, now=promise.escalate_at)]
        assert levels == [1, 2, 3]


def test_what_nobody_waits_for_any_more_is_neither_kept_nor_broken():
    promise = given_now(timedelta(hours=2), "hours", OFFICE)
    rules.end(promise, calendar=OFFICE, at=MONDAY + timedelta(hours=1), is_kept=False)
    assert promise.status == "cancelled"
    late = given_now(timedelta(hours=2), "hours", OFFICE)
    rules.end(late, calendar=OFFICE, at=MONDAY + timedelta(hours=3), is_kept=False)
    assert late.status == "broken"
