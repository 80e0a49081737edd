"""Pure rules: opening hours as people write them and as they are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from atrio.engine.calendars import Day, Opening, day_of
from atrio.seller.colours import COLOUR

MOST_OPENINGS = 6  # of a day
LONGEST_HOST = 253
_OPENING = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—)\s*(\d{1,2})(?::(\d{2}))?")
_END_OF_DAY = "24:00"


def read_day(text: str) -> Day:
    """Return the openings in "9-12, 13:00–18:00"; "" is a day that is closed.

    Raises ValueError for what are no opening hours, or too many.
    """
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    if len(parts) > MOST_OPENINGS:
        raise ValueError(f"more than {MOST_OPENINGS} openings")
    return day_of([_read(part) for part in parts])


def _read(text: str) -> Opening:
    found = _OPENING.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not like 9:00-18:00")
    opens_hour, opens_minute, closes_hour, closes_minute = (
        int(part or 0) for part in found.groups()
    )
    if (closes_hour, closes_minute) == (24, 0):
        closes_hour = 0
    elif (closes_hour, closes_minute) == (0, 0):
        raise ValueError("the end of a day is 24:00")
    return Opening(time(opens_hour, opens_minute), time(closes_hour, closes_minute))


def written(day: Day) -> str:
    """Return a day's openings as people read them: "09:00–12:00, 13:00–18:00"."""
    return ", ".join(f"{opens}–{closes}" for opens, closes in as_kept(day))


def as_kept(day: Day) -> list[list[str]]:
    """Return a day's openings as JSON."""
    return [[_clock(opening.opens), _closing(opening.closes)] for opening in day]


def as_used(kept: Sequence[Sequence[str]]) -> Day:
    """Return a day's openings from JSON. Raises ValueError."""
    return day_of([_read(f"{opens}-{closes}") for opens, closes in kept])


def _clock(moment: time) -> str:
    return f"{moment:%H:%M}"


def _closing(moment: time) -> str:
    return _clock(moment) if moment != time(0) else _END_OF_DAY


_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_TEXT_SENDER = re.compile(r"(\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11})?")
_BREAKS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Paper:
    """How a business unit shows itself, on what it writes, and when it disturbs nobody."""

    brand: str  # "" is the house's, as with the colour
    host: str  # "kunden.example.com"; "" is the house's
    sender: str
    accent: str
    logo: str
    sms_sender: str
    quiet_from: time
    quiet_until: time


def wrong_with(paper: Paper) -> set[str]:
    """Return the fields of a paper that no message could bear. Addresses are looked at elsewhere.

    What ends up in a header has no line breaks.
    """
    wrong = {name for name in ("brand", "sender", "logo") if _BREAKS.search(getattr(paper, name))}
    if paper.accent and not COLOUR.fullmatch(paper.accent):
        wrong.add("accent")
    if paper.host and (len(paper.host) > LONGEST_HOST or not _HOST.fullmatch(paper.host)):
        wrong.add("host")
    if not _TEXT_SENDER.fullmatch(paper.sms_sender):
        wrong.add("sms_sender")
    return wrong
