"""What is due for an application that is waiting, and when to look at it again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atrio.journeys.reminders import LAST_LETTER, REMINDER, Reminders

What = Literal["nothing", "letter", "end"]


@dataclass(frozen=True, slots=True)
class Due:
    """What to do now. `occasion` names a letter: each one is written once."""

    what: What
    next_at: datetime | None
    notice: str = ""
    occasion: str = ""


def due(policy: Reminders, *, heard_at: datetime, is_theirs: bool, step: str, now: datetime) -> Due:
    """Say what is due. `is_theirs`: it is the customer who has the turn, at `step`.

    Of several letters that were missed (nobody was working) the last one is written. A customer
    who comes back and stops at the same step gets only what they have not got for it yet; the
    last letter names a day, and another day is another letter.
    """
    if not policy.moments:
        return Due("nothing", None)
    if not is_theirs:
        # Sooner than the first reminder for a turn that is handed to them in the meantime.
        return Due("nothing", policy.first_look(now))
    ends_at = heard_at + policy.expires_after if policy.expires_after else None
    if ends_at and ends_at <= now:
        return Due("end", now + policy.moments[0])
    next_at = next((at for m in policy.moments if (at := heard_at + m) > now), None)
    if ends_at and policy.last_letter and ends_at - policy.last_letter <= now:
        return Due("letter", next_at, LAST_LETTER, f"{LAST_LETTER}:{step}:{ends_at:%Y-%m-%d}")
    passed = sum(heard_at + each <= now for each in policy.after)
    if passed:
        return Due("letter", next_at, REMINDER, f"{REMINDER}:{step}:{passed}")
    return Due("nothing", next_at)
