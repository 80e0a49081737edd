"""When somebody has an outside system asked whether it answers: who, when, and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from atrio.kernel.actors import SYSTEM, Actor
from atrio.timeline.actions import Where, record
from atrio.timeline.models import Entry

REMEMBERED = timedelta(days=1)
_ASKED, _ANSWERED = "system.asked", "system.answered"
_MOST_KEPT = 1_000  # letters of each side


@dataclass(frozen=True, slots=True)
class CameBack:
    """What came back, as far as anything did."""

    answered: bool
    seconds: float
    error: str = ""
    request: str = ""
    answer: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class AskedByHand:
    """The last time that somebody had a system asked; `came_back` is None while it is asked."""

    by: str
    at: datetime
    came_back: CameBack | None = None


def note_asked(*, by: Actor, system: str, now: datetime) -> None:
    """Keep that somebody has a system asked."""
    record(by=by, what=_ASKED, where=Where(), now=now, system=system)


def note_came_back(*, system: str, came_back: CameBack, now: datetime) -> None:
    """Keep what the background heard."""
    record(
        by=SYSTEM,
        what=_ANSWERED,
        where=Where(),
        now=now,
        system=system,
        answered=came_back.answered,
        seconds=came_back.seconds,
        error=came_back.error[:_MOST_KEPT],
        request=came_back.request[:_MOST_KEPT],
        answer=came_back.answer[:_MOST_KEPT],
        status=came_back.status,
    )


def asked_by_hand(*, now: datetime) -> dict[str, AskedByHand]:
    """Return the last time that somebody had each system asked, by its code, within a day."""
    found: dict[str, AskedByHand] = {}
    entries = Entry.objects.filter(what__in=(_ASKED, _ANSWERED), at__gt=now - REMEMBERED)
    # Oldest first: what comes later replaces what was.
    for entry in entries.order_by("at", "id"):
        said = dict(entry.data)
        system = str(said.pop("system"))
        if entry.what == _ASKED:
            found[system] = AskedByHand(entry.by_label, entry.at)
        elif system in found:
            before = found[system]
            found[system] = AskedByHand(before.by, before.at, CameBack(**said))
    return found
