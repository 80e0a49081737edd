"""When a message waits, for how long it is tried, and how long a text message is. Pure."""

from __future__ import annotations

import math
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from atrio.kernel.waits import doubling

SHORTEST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=30)
MOST_TRIES = 30  # with these waits about half a day
MOST_TRIES_WITH_ANOTHER_WAY = 6  # about a quarter of an hour
MOST_QUESTIONS = 24  # whether a text message arrived: about half a day as well

# What a text message can say in seven bits a letter (GSM 03.38). All else takes sixteen.
_SEVEN_BITS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE_SEVEN_BITS = frozenset("^{}\\[~]|€\f")


def wait_after(attempt: int, *, random: Random) -> timedelta:
    """Return how long to wait after the `attempt`-th try (1, 2, …) that came to nothing."""
    return doubling(attempt, shortest=SHORTEST_WAIT, longest=LONGEST_WAIT, random=random)


def end_of_quiet(
    now: datetime, *, zone: ZoneInfo, quiet_from: time, quiet_until: time
) -> datetime | None:
    """Return when the quiet hours end in which `now` falls; None if it falls in none.

    They may go over midnight. In the night of a change of clocks they are longer or shorter,
    as the reader's night is. Equal ends mean that there are no quiet hours.
    """
    local = now.astimezone(zone)
    clock = local.time()
    over_midnight = quiet_from > quiet_until
    is_late = clock >= quiet_from
    is_early = clock < quiet_until
    if quiet_from == quiet_until or not (
        (is_late or is_early) if over_midnight else (is_late and is_early)
    ):
        return None
    day = local.date() + timedelta(days=1 if over_midnight and is_late else 0)
    return datetime.combine(day, quiet_until, tzinfo=zone)


def sms_parts(text: str) -> int:
    """Return in how many parts a text message is sent, and paid for: 160 or 70 letters in one."""
    if set(text) <= _SEVEN_BITS | _TWICE_SEVEN_BITS:
        letters = len(text) + sum(text.count(letter) for letter in _TWICE_SEVEN_BITS)
        alone, joined = 160, 153
    else:
        letters = len(text.encode("utf-16-be")) // 2
        alone, joined = 70, 67
    return 1 if letters <= alone else math.ceil(letters / joined)
