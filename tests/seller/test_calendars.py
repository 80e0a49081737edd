"""When a business unit works: the usual week, its own, its holidays, its own days."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from atrio.engine.calendars import Opening
from atrio.kernel.errors import NotAllowed, NotFound
from atrio.kernel.events import on
from atrio.seller import holidays_apart, public_holidays
from atrio.seller.actions import (
    NeverAtWork,
    NoSuchPlace,
    forget_own_day,
    set_hours,
    set_own_day,
)
from atrio.seller.calendars import hours_visible_to, working_calendar
from atrio.seller.events import CalendarChanged
from atrio.seller.jobs import keep_holidays
from atrio.seller.models import BusinessUnit, PublicHolidays
from atrio.seller.public_holidays import holidays_in, holidays_of, parts_of
from atrio.seller.rules import as_kept, as_used, read_day, written
from atrio.timeline.models import Entry
from tests.onboarding.house import hire

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN = read_day("9-18")
OFFICE = (OPEN,) * 5 + ((), ())


@pytest.fixture
def unit(db):
    return BusinessUnit.objects.create(
        code="nordlicht-de",
        name="Nordlicht Deutschland",
        country="DE",
        currency="EUR",
        language="de",
        time_zone="Europe/Berlin",
        sender="hallo@nordlicht.example",
        erp="erp-de",
        registry="registry-de",
    )


@pytest.fixture
def rita(unit):
    return hire(unit, "rita@nordlicht.example", "regional_admin")


@pytest.fixture
def heard(monkeypatch):
    """The events that were announced."""
    from atrio.kernel import events

    monkeypatch.setattr(events, "_RECEIVERS", events._RECEIVERS.copy())
    events._RECEIVERS[CalendarChanged] = []
    told = []
    on(CalendarChanged)(told.append)
    return told


def due(unit, start, amount, measure="hours"):
    return working_calendar(unit.code).add_working_time(start, amount, measure=measure)


# ── how hours are written ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ""),
        ("9-18", "09:00–18:00"),
        (" 9:30 – 12, 13—18:15 ", "09:30–12:00, 13:00–18:15"),
        ("13-18; 9-12", "09:00–12:00, 13:00–18:00"),
        ("0-24", "00:00–24:00"),
    ],
)
def test_hours_are_read_as_people_write_them(text, read):
    assert written(read_day(text)) == read


@pytest.mark.parametrize(
    "text", ["nine to six", "18-9", "9-12, 11-14", "9-25", "9:60-10", "9-0", "9", "1-2," * 7, "²-3"]
)
def test_what_are_no_hours_is_refused(text):
    with pytest.raises(ValueError):
        read_day(text)


def test_hours_come_back_from_how_they_are_kept():
    day = read_day("9-12, 13-24")
    assert as_kept(day) == [["09:00", "12:00"], ["13:00", "24:00"]]
    assert (
        as_used(as_kept(day))
        == day
        == (
            Opening(time(9), time(12)),
            Opening(time(13), time(0)),
        )
    )


# ── public holidays ─────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_part_of_a_country_has_holidays_of_its_own():
    corpus_christi = date(2026, 6, 4)
    assert holidays_of("DE", "BY")(corpus_christi)
    assert not holidays_of("DE", "BE")(corpus_christi)
    assert holidays_of("BR", "SP")(date(2026, 7, 9))


@pytest.mark.django_db
def test_holidays_are_told_in_the_reader_s_language():
    new_year = date(2026, 1, 1)
    assert holidays_in("DE", "", 2026, "de")[new_year] == "Neujahr"
    assert holidays_in("DE", "", 2026, "en")[new_year] == "New Year's Day"
    assert holidays_in("BR", "", 2026, "pt-br")[new_year] == "Confraternização Universal"


@pytest.mark.django_db
def test_a_country_nobody_knows_has_no_holidays():
    assert parts_of("XX", 2026) == ()
    assert not holidays_of("XX", "")(date(2026, 1, 1))


@pytest.mark.django_db
def test_a_part_that_nobody_knows_keeps_the_country_s_holidays():
    assert "BY" in parts_of("DE", 2026)
    assert holidays_in("DE", "Atlantis", 2026) == holidays_in("DE", "", 2026)


@pytest.mark.django_db(transaction=True)
def test_many_who_need_the_same_year_at_once_ask_for_it_once(monkeypatch):
    asked = []

    def ask_apart(*place):
        asked.append(place)
        return holidays_apart.ask_apart(*place)

    monkeypatch.setattr(public_holidays, "ask_apart", ask_apart)

    def look(_number):
        try:
            return holidays_in("FR", "", 2031)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(look, range(6)))

    assert asked == [("FR", "", 2031)]
    assert all(date(2031, 7, 14) in days for days in found)


def test_holidays_are_written_down_before_they_are_needed(unit):
    keep_holidays()
    years = list(PublicHolidays.objects.order_by("year").values_list("country", "year"))
    now = timezone.now().year
    assert years == [("DE", now), ("DE", now + 1)]
    keep_holidays()
    assert PublicHolidays.objects.count() == 2


def test_what_a_newer_edition_tells_otherwise_moves_what_is_due(unit, heard):
    keep_holidays()
    assert heard == []
    PublicHolidays.objects.filter(year=timezone.now().year).update(edition="0", days={})
    keep_holidays()
    assert heard == [CalendarChanged(unit.code)]
    assert all(PublicHolidays.objects.values_list("days", flat=True))


def test_an_edition_that_tells_the_same_moves_nothing(unit, heard):
    keep_holidays()
    PublicHolidays.objects.update(edition="0")
    keep_holidays()
    assert heard == []


def test_no_process_that_serves_people_holds_the_package():
    told = "import sys, django; django.setup(); import atrio.seller.public_holidays as asked;"
    told += "print('holidays' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", told], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split()[-1] == "False"


# ── a unit's calendar ───────────────────────────────────────────────────────────────────────


def test_a_unit_that_says_nothing_works_from_nine_to_six_but_on_holidays(unit):
    # Good Friday and Easter Monday lie between.
    start = datetime(2026, 4, 2, 15, tzinfo=UTC)  # five in the afternoon over there
    assert due(unit, start, 2 * HOUR) == datetime(2026, 4, 7, 8, tzinfo=UTC)


def test_hours_hold_as_soon_as_they_are_set(unit, rita, heard):
    week = (read_day("10-14"),) * 7
    set_hours(by=rita, unit=unit.code, week=week, country="BR", subdivision="SP", now=NOW)
    hours = hours_visible_to(rita, unit.code)
    assert (hours.week, hours.country, hours.subdivision) == (week, "BR", "SP")
    easter_monday = datetime(2026, 4, 6, 8, tzinfo=UTC)
    assert due(unit, easter_monday, HOUR) == easter_monday + HOUR
    assert heard == [CalendarChanged(unit.code)]


def test_a_change_is_told_with_what_was_before(unit, rita, heard):
    week = (*[OPEN] * 4, read_day("9-13"), (), ())
    set_hours(by=rita, unit=unit.code, week=week, country="DE", subdivision="BY", now=NOW)
    told = Entry.objects.get(what="calendar.changed")
    assert (told.by_label, told.business_unit) == (rita.label, unit.code)
    assert told.data["before"]["week"][4] == "09:00–18:00"
    assert told.data["after"]["week"][4] == "09:00–13:00"
    assert (told.data["before"]["place"], told.data["after"]["place"]) == ("DE", "DE BY")


def test_a_day_of_one_s_own_closes_until_it_is_forgotten(unit, rita, heard):
    monday = datetime(2026, 3, 2, 16, tzinfo=UTC)
    tuesday, wednesday = (datetime(2026, 3, day, 9, tzinfo=UTC) for day in (3, 4))
    about = {"by": rita, "unit": unit.code, "on": tuesday.date(), "now": NOW}
    set_own_day(**about, openings=(), reason="Stocktaking")
    assert due(unit, monday, 2 * HOUR) == wednesday
    forget_own_day(**about)
    assert due(unit, monday, 2 * HOUR) == tuesday
    assert len(heard) == 2


def test_a_day_that_is_said_twice_is_as_it_was_said_last(unit, rita, heard):
    about = {"by": rita, "unit": unit.code, "on": date(2026, 3, 7), "now": NOW}
    set_own_day(**about, openings=(), reason="Closed")
    set_own_day(**about, openings=read_day("9-12"), reason="Open house")
    (day,) = hours_visible_to(rita, unit.code).own_days
    assert (day.openings, day.reason) == (read_day("9-12"), "Open house")


def test_a_week_without_hours_is_refused(unit, rita):
    with pytest.raises(NeverAtWork):
        set_hours(by=rita, unit=unit.code, week=((),) * 7, country="DE", subdivision="", now=NOW)


@pytest.mark.parametrize(("country", "part"), [("DE", "SP"), ("XX", "BY")])
def test_a_place_whose_holidays_nobody_knows_is_refused(unit, rita, country, part):
    with pytest.raises(NoSuchPlace):
        set_hours(by=rita, unit=unit.code, week=OFFICE, country=country, subdivision=part, now=NOW)


def test_a_day_that_was_never_said_cannot_be_forgotten(unit, rita):
    with pytest.raises(NotFound):
        forget_own_day(by=rita, unit=unit.code, on=date(2026, 3, 3), now=NOW)


@pytest.mark.parametrize("role", ["associate", "manager", "process_owner"])
def test_only_administrators_keep_the_calendar(unit, role):
    carla = hire(unit, "carla@nordlicht.example", role)
    with pytest.raises(NotAllowed):
        set_hours(by=carla, unit=unit.code, week=OFFICE, country="DE", subdivision="", now=NOW)


def test_mallory_from_elsewhere_finds_no_such_unit(unit):
    elsewhere = BusinessUnit.objects.create(
        code="elsewhere", name="Elsewhere", country="BR", currency="BRL", language="pt-br"
    )
    mallory = hire(elsewhere, "mallory@elsewhere.example", "admin")
    with pytest.raises(NotFound):
        set_hours(by=mallory, unit=unit.code, week=OFFICE, country="DE", subdivision="", now=NOW)
