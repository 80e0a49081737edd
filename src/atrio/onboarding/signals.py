"""When somebody who is filling in may be stuck. Pure rules; the numbers say why they are so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from atrio.engine.forms import Message

# A step takes a minute or two, a paper that has to be fetched some more: after ten something is up.
IDLE_AFTER = timedelta(minutes=10)
# Whoever looks again after half an hour had gone away in between; reloading a page is no return.
PAUSE = timedelta(minutes=30)
# Came, and came back three times without getting any further.
MANY_VISITS = 4
# How exactly it is known when somebody was last here: nobody is written down every second.
SEEN_EVERY = timedelta(minutes=1)

SAME_ERROR, CAME_BACK, RETURNED, NONE = "same_error", "came_back", "returned", ""


def is_old_news(seen_at: datetime | None, now: datetime) -> bool:
    """Say whether it is long enough ago that somebody was last seen to write it down anew."""
    return seen_at is None or now - seen_at >= SEEN_EVERY


def is_return(seen_at: datetime | None, now: datetime) -> bool:
    """Say whether whoever looks now had gone away before."""
    return seen_at is not None and now - seen_at >= PAUSE


def is_idle(seen_at: datetime | None, now: datetime) -> bool:
    """Say whether somebody who has the turn has not been seen for too long."""
    return seen_at is not None and now - seen_at >= IDLE_AFTER


def counted_refusals(
    before: Mapping[str, Any], errors: Mapping[str, Message]
) -> dict[str, dict[str, Any]]:
    """Return field → what was said of it now, and how many times in a row it has been said.

    `before` is what this returned when the same step was refused before.
    """
    counted = {}
    for field, message in errors.items():
        said = {"code": message.code, "params": dict(message.params)}
        last = before.get(field) or {}
        is_same = {name: last.get(name) for name in said} == said
        counted[field] = said | {"times": last["times"] + 1 if is_same else 1}
    return counted


def said_again(refused: Mapping[str, Any]) -> bool:
    """Say whether one of the fields was refused twice in a row for the same reason."""
    return any(one["times"] > 1 for one in refused.values())


def signal_of(*, refused: Mapping[str, Any], visits: int) -> str:
    """Return the stronger of the signals: the same error is where help can begin."""
    if said_again(refused):
        return SAME_ERROR
    return CAME_BACK if visits >= MANY_VISITS else NONE
