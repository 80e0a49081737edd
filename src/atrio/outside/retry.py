"""When to try again what an outside system did not do."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from atrio.kernel.waits import doubling

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(minutes=15)


def delay(attempt: int, *, random: Random) -> timedelta:
    """Return how long to wait after the `attempt`-th failure (1, 2, …): a second to 15 minutes."""
    return doubling(attempt, shortest=SHORTEST, longest=LONGEST, random=random)
