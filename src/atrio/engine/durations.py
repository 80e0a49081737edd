"""ISO 8601 durations and moments, as timers write them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

Form = Literal["duration", "date"]
_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?"
    r"(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,8})S)?)?"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time; months are kept apart, since they have no fixed length."""

    months: int
    rest: timedelta

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Parse `P1Y2M3DT4H5M6S` or `P2W`, whole numbers only. Raises ValueError."""
        found = _DURATION.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not an ISO 8601 duration such as PT30M or P3D")
        parts = {unit: int(number or 0) for unit, number in found.groupdict().items()}
        months = 12 * parts.pop("years") + parts.pop("months")
        return cls(months, timedelta(**parts))

    def after(self, moment: datetime) -> datetime:
        """Return the moment this long after another: the 31st plus a month is the last day."""
        month = moment.month - 1 + self.months
        year, month = moment.year + month // 12, month % 12 + 1
        day = min(moment.day, calendar.monthrange(year, month)[1])
        return moment.replace(year=year, month=month, day=day) + self.rest


def parse_moment(text: str) -> datetime:
    """Parse an ISO 8601 date and time with its offset from UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC: write 2026-01-31T12:00:00+00:00")
    return moment


def due_at(form: Form, text: str, now: datetime) -> datetime:
    """Return the moment a literal names, or the one so long after now. Raises ValueError."""
    if form == "date":
        return parse_moment(text)
    return Duration.parse(text).after(now)


def is_literal(form: Form, text: str) -> bool:
    """Say whether a timer's text is ISO 8601 itself rather than an expression that yields it."""
    try:
        due_at(form, text, datetime(2000, 1, 1, tzinfo=UTC))
    except (ValueError, OverflowError):
        return False
    return True
