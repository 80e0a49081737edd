"""The waits between attempts."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from atrio.outside.retry import LONGEST, SHORTEST, delay


@given(st.integers(1, 10_000), st.integers())
def test_every_wait_is_bounded(attempt, seed):
    assert SHORTEST / 2 <= delay(attempt, random=Random(seed)) <= LONGEST


def test_the_first_waits_double_and_the_last_do_not():
    class Never(Random):
        def random(self):
            return 1.0  # leaves nothing out

    waits = [delay(attempt, random=Never()) for attempt in (1, 2, 3, 40)]

    assert waits == [timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4), LONGEST]


def test_calls_that_failed_together_do_not_come_back_together():
    random = Random(1)

    assert len({delay(5, random=random) for _ in range(50)}) > 40
