"""Working time: opening hours, holidays, days of one's own, and clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from atrio.engine.calendars import (
    AROUND_THE_CLOCK,
    NeverOpen,
    Opening,
    WorkingCalendar,
    day_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
APIA = ZoneInfo("Pacific/Apia")  # went to bed on 29 December 2011 and woke up on the 31st
ZONES = [UTC, BERLIN, SAO_PAULO, APIA, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Nuuk")]

NINE_TO_SIX = day_of([Opening(time(9), time(18))])
SHORT = day_of([Opening(time(9), time(13))])
OFFICE = (*[NINE_TO_SIX] * 5, (), ())
HOUR = timedelta(hours=1)
WORKING_DAY = timedelta(days=1)
ALMOST = timedelta(milliseconds=1)  # a part of a day is rounded to a microsecond


def berlin(*parts):
    return datetime(*parts, tzinfo=BERLIN)


def office(zone=BERLIN, **more):
    return WorkingCalendar(zone, OFFICE, **more)


# ── hours ───────────────────────────────────────────────────────────────────────────────────


def test_four_hours_given_late_end_the_next_day():
    due = office().add_working_time(berlin(2026, 3, 2, 16), 4 * HOUR)
    assert due == berlin(2026, 3, 3, 11)


def test_what_is_due_at_closing_time_is_due_that_day():
    assert office().add_working_time(berlin(2026, 3, 2, 16), 2 * HOUR) == berlin(2026, 3, 2, 18)


def test_a_weekend_does_not_count():
    assert office().add_working_time(berlin(2026, 3, 6, 17), 2 * HOUR) == berlin(2026, 3, 9, 10)


def test_a_lunch_break_does_not_count():
    day = day_of([Opening(time(9), time(12)), Opening(time(13), time(18))])
    calendar = WorkingCalendar(BERLIN, (day,) * 7)
    assert calendar.add_working_time(berlin(2026, 3, 2, 11), 2 * HOUR) == berlin(2026, 3, 2, 14)


def test_no_time_at_all_ends_when_the_office_opens():
    calendar = office()
    assert calendar.add_working_time(berlin(2026, 3, 7, 12), 0 * HOUR) == berlin(2026, 3, 9, 9)


def test_time_before_a_moment_is_negative():
    start, end = berlin(2026, 3, 2, 10), berlin(2026, 3, 3, 10)
    assert office().working_time_between(end, start) == -9 * HOUR


# ── days ────────────────────────────────────────────────────────────────────────────────────


def test_three_days_end_at_the_same_time_of_the_third_day():
    due = office().add_working_time(berlin(2026, 3, 2, 14), 3 * WORKING_DAY, measure="days")
    assert due == berlin(2026, 3, 5, 14)


def test_a_short_day_counts_as_a_day():
    week = (*[NINE_TO_SIX] * 4, SHORT, (), ())
    calendar = WorkingCalendar(BERLIN, week)
    due = calendar.add_working_time(berlin(2026, 3, 5, 13, 30), WORKING_DAY, measure="days")
    assert due == berlin(2026, 3, 6, 11)  # in the middle of the one, and of the other


def test_days_given_at_night_begin_when_the_office_opens():
    due = office().add_working_time(berlin(2026, 3, 7, 3), 3 * WORKING_DAY, measure="days")
    assert due == berlin(2026, 3, 11, 18)


# ── holidays and days of one's own ──────────────────────────────────────────────────────────


def test_a_holiday_is_closed():
    calendar = office(is_holiday={date(2026, 3, 3)}.__contains__)
    assert calendar.add_working_time(berlin(2026, 3, 2, 17), 2 * HOUR) == berlin(2026, 3, 4, 10)


def test_a_day_of_one_s_own_closes_a_weekday_and_opens_a_holiday():
    calendar = office(
        is_holiday={date(2026, 3, 4)}.__contains__,
        own_days={date(2026, 3, 3): (), date(2026, 3, 4): SHORT},
    )
    assert calendar.add_working_time(berlin(2026, 3, 2, 17), 5 * HOUR) == berlin(2026, 3, 4, 13)


def test_a_calendar_that_never_opens_says_so():
    with pytest.raises(NeverOpen):
        WorkingCalendar(BERLIN, ((),) * 7).add_working_time(berlin(2026, 3, 2), HOUR)


# ── clocks that change ──────────────────────────────────────────────────────────────────────


def test_the_night_on_which_summer_begins_is_an_hour_shorter():
    calendar = WorkingCalendar(BERLIN, (day_of([Opening(time(0), time(0))]),) * 7)
    start = berlin(2026, 3, 29, 0)
    assert calendar.working_time_between(start, berlin(2026, 3, 30, 0)) == 23 * HOUR


def test_the_night_on_which_summer_ends_is_an_hour_longer():
    calendar = WorkingCalendar(BERLIN, (day_of([Opening(time(1), time(4))]),) * 7)
    start = berlin(2026, 10, 25, 0)
    assert calendar.working_time_between(start, berlin(2026, 10, 25, 12)) == 4 * HOUR


def test_an_opening_that_the_clock_jumps_over_begins_after_the_jump():
    calendar = WorkingCalendar(BERLIN, (day_of([Opening(time(2, 30), time(4))]),) * 7)
    opens = calendar.add_working_time(berlin(2026, 3, 29, 0), 0 * HOUR)
    assert opens == berlin(2026, 3, 29, 3)


def test_a_day_that_a_country_left_out_is_no_working_day():
    calendar = WorkingCalendar(APIA, (NINE_TO_SIX,) * 7)
    start = datetime(2011, 12, 29, 14, tzinfo=APIA)
    due = calendar.add_working_time(start, WORKING_DAY, measure="days")
    assert due == datetime(2011, 12, 31, 14, tzinfo=APIA)


# ── what is no day ──────────────────────────────────────────────────────────────────────────


def test_openings_that_overlap_are_refused():
    with pytest.raises(ValueError, match="within"):
        day_of([Opening(time(9), time(13)), Opening(time(12), time(18))])
    with pytest.raises(ValueError, match="within"):
        day_of([Opening(time(9), time(0)), Opening(time(12), time(18))])


def test_an_opening_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="before it opens"):
        Opening(time(18), time(9))


def test_a_week_has_seven_days():
    with pytest.raises(ValueError, match="seven"):
        WorkingCalendar(BERLIN, (NINE_TO_SIX,) * 5)


def test_around_the_clock_every_hour_counts():
    start = berlin(2026, 3, 7, 3)
    due = AROUND_THE_CLOCK.add_working_time(start, 3 * WORKING_DAY, measure="days")
    assert due - start == 3 * WORKING_DAY
    assert AROUND_THE_CLOCK.working_time_between(start, due) == 3 * WORKING_DAY


# ── for every calendar ──────────────────────────────────────────────────────────────────────


@st.composite
def days(draw):
    """Return a day's openings: up to three, in quarters of an hour."""
    marks = draw(st.lists(st.integers(0, 95), max_size=6, unique=True).map(sorted))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    clock = [time(mark // 4, mark % 4 * 15) for mark in range(96)]
    return day_of([Opening(clock[opens], clock[closes]) for opens, closes in pairs])


@st.composite
def calendars(draw):
    week = tuple(draw(st.lists(days(), min_size=7, max_size=7)))
    assume(any(week))
    closed = draw(st.frozensets(st.dates(date(2011, 12, 1), date(2012, 2, 1)), max_size=9))
    own = draw(st.dictionaries(st.dates(date(2026, 3, 1), date(2026, 4, 30)), days(), max_size=4))
    return WorkingCalendar(draw(st.sampled_from(ZONES)), week, closed.__contains__, own)


SEASONS = [datetime(*day, tzinfo=UTC) for day in [(2026, 3, 1), (2026, 10, 1), (2011, 12, 15)]]


@st.composite
def moments(draw, count):
    """Return moments of one season in their order."""
    season = draw(st.sampled_from(SEASONS))
    after = st.timedeltas(timedelta(0), timedelta(days=50))
    return sorted(season + draw(after) for _ in range(count))


often = settings(max_examples=50)
MOMENTS = moments(1).map(lambda found: found[0])
AMOUNTS = st.timedeltas(timedelta(0), timedelta(days=12))


@often
@given(calendars(), MOMENTS, AMOUNTS)
@example(office(), datetime(2026, 3, 2, 17, tzinfo=UTC), timedelta(0))
def test_what_was_added_lies_between(calendar, start, amount):
    due = calendar.add_working_time(start, amount)
    assert calendar.working_time_between(start, due) == amount


@often
@given(calendars(), MOMENTS, AMOUNTS)
def test_what_was_added_in_days_lies_between(calendar, start, amount):
    due = calendar.add_working_time(start, amount, measure="days")
    assert abs(calendar.working_time_between(start, due, measure="days") - amount) < ALMOST


@often
@given(calendars(), MOMENTS, AMOUNTS, st.sampled_from(["hours", "days"]))
def test_a_promise_is_due_while_somebody_works(calendar, start, amount, measure):
    due = calendar.add_working_time(start, amount, measure=measure)
    assert due >= start
    assert calendar.is_open(due)


@often
@given(calendars(), moments(2), AMOUNTS, AMOUNTS)
def test_what_begins_later_or_takes_longer_is_never_due_earlier(calendar, begun, less, more):
    (one, other), (less, more) = begun, sorted((less, more))
    assert calendar.add_working_time(one, less) <= calendar.add_working_time(other, less)
    assert calendar.add_working_time(one, less) <= calendar.add_working_time(one, more)


@often
@given(calendars(), moments(3))
def test_time_adds_up(calendar, found):
    first, second, third = found
    assert calendar.working_time_between(first, third) == calendar.working_time_between(
        first, second
    ) + calendar.working_time_between(second, third)


@often
@given(calendars(), MOMENTS, AMOUNTS, AMOUNTS)
def test_a_pause_while_it_is_closed_changes_nothing(calendar, start, first, second):
    """Pausing keeps what is left: stopping and going on at once is due at the same moment."""
    assume(first < second)
    stopped = calendar.add_working_time(start, first)
    left = second - calendar.working_time_between(start, stopped)
    assert calendar.add_working_time(stopped, left) == calendar.add_working_time(start, second)
