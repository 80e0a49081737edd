"""Working time: opening hours by the wall clock, public holidays, and days of one's own.

Two measures of it, because people promise in both:

    hours   time that is open: four hours given at five o'clock end the next day
    days    every open day counts one, however long it is open, and a part of it in proportion:
            three days given on Monday at two end on Thursday at two, a short Friday or not

A moment at closing time is still inside the opening hours: "by six o'clock" is kept at six.
All moments are aware; the arithmetic is done in UTC, so that an hour is an hour on the day on
which the clocks change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

Measure = Literal["hours", "days"]

DAY = timedelta(days=1)
_LONGEST_CLOSED = 366  # days in a row; whoever is closed for longer does not open again
_NOTHING = timedelta(0)


class NeverOpen(Exception):
    """The calendar has no opening hours within a year, so nothing can be due by it."""


class Calendar(Protocol):
    """What promises are counted on."""

    def add_working_time(
        self, start: datetime, amount: timedelta, *, measure: Measure = "hours"
    ) -> datetime:
        """Return the moment at which so much working time has passed since `start`."""
        ...

    def working_time_between(
        self, start: datetime, end: datetime, *, measure: Measure = "hours"
    ) -> timedelta:
        """Return how much working time passes from `start` to `end`; negative if that is before."""
        ...


class AroundTheClock:
    """The calendar that never closes: both measures of it are plain time."""

    def add_working_time(
        self,
        start: datetime,
        amount: timedelta,
        *,
        measure: Measure = "hours",
    ) -> datetime:
        """Return the moment so long after `start`."""
        return start + amount

    def working_time_between(
        self,
        start: datetime,
        end: datetime,
        *,
        measure: Measure = "hours",
    ) -> timedelta:
        """Return the time between two moments."""
        return end - start


AROUND_THE_CLOCK = AroundTheClock()


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """A stretch of a day in which work is done; closing at midnight is closing at the day's end."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes != time(0) and self.closes <= self.opens:
            raise ValueError(f"it closes at {self.closes} before it opens at {self.opens}")


Day = tuple[Opening, ...]


def day_of(openings: Sequence[Opening]) -> Day:
    """Return a day's openings in order. Raises ValueError if two of them overlap."""
    ordered = tuple(sorted(openings))
    for first, second in pairwise(ordered):
        if first.closes == time(0) or second.opens < first.closes:
            raise ValueError(f"{second.opens} lies within the opening hours before it")
    return ordered


def no_holidays(_on: date) -> bool:
    """Say of no day that it is a holiday."""
    return False


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Opening hours of one day as moments, and how much of the measure they are worth."""

    opens: datetime
    closes: datetime
    worth: timedelta

    def worth_of(self, part: timedelta) -> timedelta:
        return part if self.worth == self._length else _share(part, self.worth, self._length)

    def lasting(self, worth: timedelta) -> timedelta:
        return worth if self.worth == self._length else _share(worth, self._length, self.worth)

    @property
    def _length(self) -> timedelta:
        return self.closes - self.opens


_INSTANT = timedelta(microseconds=1)


def _share(part: timedelta, numerator: timedelta, denominator: timedelta) -> timedelta:
    """Return part · numerator / denominator in whole microseconds, without a float between."""
    return (part // _INSTANT) * (numerator // _INSTANT) // (denominator // _INSTANT) * _INSTANT


@dataclass(frozen=True)
class WorkingCalendar:
    """The opening hours of one place: by weekday, closed on holidays, days of its own above both.

    `week` has seven days, Monday first. `own_days` say what holds on one date whatever weekday or
    holiday it is: no openings close it.
    """

    time_zone: ZoneInfo
    week: tuple[Day, ...]
    is_holiday: Callable[[date], bool] = no_holidays
    own_days: Mapping[date, Day] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"a week has seven days, not {len(self.week)}")

    def add_working_time(
        self, start: datetime, amount: timedelta, *, measure: Measure = "hours"
    ) -> datetime:
        """Return the moment at which so much working time has passed since `start`, in UTC.

        It lies within the opening hours, also for no time at all. Raises NeverOpen.
        """
        if amount < _NOTHING:
            raise ValueError("working time is not taken back")
        start, left = start.astimezone(UTC), amount
        for stretch in self._from(start, measure):
            begin = max(start, stretch.opens)
            worth = stretch.worth_of(stretch.closes - begin)
            if left <= worth:
                return begin + stretch.lasting(left)
            left -= worth
        raise NeverOpen

    def working_time_between(
        self, start: datetime, end: datetime, *, measure: Measure = "hours"
    ) -> timedelta:
        """Return how much working time passes from `start` to `end`; negative if that is before."""
        if end < start:
            return -self.working_time_between(end, start, measure=measure)
        start, end, day = start.astimezone(UTC), end.astimezone(UTC), self._date_of(start)
        passed = _NOTHING
        while day <= self._date_of(end):
            for stretch in self._stretches(day, measure):
                begin, finish = max(start, stretch.opens), min(end, stretch.closes)
                if begin < finish:
                    passed += stretch.worth_of(finish - begin)
            day += DAY
        return passed

    def is_open(self, moment: datetime) -> bool:
        """Say whether work is done at a moment; closing time is still inside."""
        found = self._stretches(self._date_of(moment), "hours")
        # Midnight as the end of a day belongs to the next date.
        eve = self._stretches(self._date_of(moment) - DAY, "hours")
        return any(stretch.opens <= moment <= stretch.closes for stretch in (*eve, *found))

    def openings_on(self, day: date) -> Day:
        """Return the opening hours of a date; none when it is closed."""
        own = self.own_days.get(day)
        if own is not None:
            return own
        return () if self.is_holiday(day) else self.week[day.weekday()]

    def _from(self, start: datetime, measure: Measure) -> Iterator[_Stretch]:
        """Yield the stretches that are not over at `start`, until it is closed for good."""
        day = self._date_of(start) - DAY  # whose midnight may be this very moment
        closed = 0
        while closed <= _LONGEST_CLOSED:
            stretches = self._stretches(day, measure)
            closed = 0 if stretches else closed + 1
            yield from (stretch for stretch in stretches if stretch.closes >= start)
            day += DAY

    def _stretches(self, day: date, measure: Measure) -> list[_Stretch]:
        """Return a date's opening hours as moments; those that the clock jumps over are none."""
        moments = [
            (self._moment(day, opening.opens), self._closing(day, opening.closes))
            for opening in self.openings_on(day)
        ]
        lasting = [(opens, closes) for opens, closes in moments if opens < closes]
        total = sum((closes - opens for opens, closes in lasting), _NOTHING)
        whole = DAY if measure == "days" else total
        return [
            _Stretch(opens, closes, _share(closes - opens, whole, total))
            for opens, closes in lasting
        ]

    def _closing(self, day: date, clock: time) -> datetime:
        return self._moment(day + DAY if clock == time(0) else day, clock)

    def _moment(self, day: date, clock: time) -> datetime:
        """Return when the wall clock first shows so much, in UTC.

        An hour that comes twice is meant the first time. One that the clock jumps over is the
        jump itself: whoever opens at half past two opens when it has become three.
        """
        wall = datetime.combine(day, clock, tzinfo=self.time_zone)
        moment = wall.astimezone(UTC)
        if moment.astimezone(self.time_zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return moment
        before, after = wall.replace(fold=1).astimezone(UTC), moment
        shift = before.astimezone(self.time_zone).utcoffset()
        while after - before > timedelta(seconds=1):
            middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
            if middle.astimezone(self.time_zone).utcoffset() == shift:
                before = middle
            else:
                after = middle
        return after

    def _date_of(self, moment: datetime) -> date:
        return moment.astimezone(self.time_zone).date()
