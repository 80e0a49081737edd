"""How long to wait before the next try."""

from __future__ import annotations

from datetime import timedelta
from random import Random


def doubling(attempt: int, *, shortest: timedelta, longest: timedelta, random: Random) -> timedelta:
    """Return how long to wait after the `attempt`-th failure (1, 2, …).

    The wait doubles from the shortest to the longest, and a random half of it is left out, so
    that what failed together does not come back together.
    """
    # Beyond some doublings the bound decides anyway, and the power would overflow.
    doublings: int = 2 ** min(attempt - 1, 20)
    whole = min(shortest * doublings, longest)
    return whole * random.uniform(0.5, 1)
