"""When to try again what an outside system did not do."""

from __future__ import annotations

from datetime import timedelta
from random import Random

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(minutes=15)


def delay(attempt: int, *, random: Random) -> timedelta:
    """Return how long to wait after the `attempt`-th failure (1, 2, …).

    The wait doubles up to a quarter of an hour, and a random half of it is left out, so that
    calls that failed together do not come back together.
    """
    # Beyond some doublings the bound decides anyway, and the power would overflow.
    doublings: int = 2 ** min(attempt - 1, 20)
    whole = min(SHORTEST * doublings, LONGEST)
    return whole * random.uniform(0.5, 1)
