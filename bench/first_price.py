"""From sending the application to the first price, when everything outside takes its time.

Four calls to the ERP must follow one another: look for the customer, create it, read it back,
ask for its prices. What comes on top is ours: two jobs, the tracker, which asks every second,
signing in, and the page of the shop.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness import Bar, Figure, Machine, bench, percentile
from bench.house import house

REGISTER, ERP = 0.8, 1.5  # seconds an operation
MUST_FOLLOW = 4 * ERP
AT_ONCE = 20


@bench
def first_price(machine: Machine) -> Iterator[Figure]:
    """Twenty companies at once, twice, over real web and worker processes."""
    outside = {"erp": {"latency_seconds": ERP}, "registry": {"latency_seconds": REGISTER}}
    with (
        house(machine, "first_price", outside=outside) as made,
        made.workers(),
        made.web() as (_process, url),
    ):
        made.visitors(url, AT_ONCE, at_once=AT_ONCE)  # every process and page is warm after it
        seconds = made.visitors(url, 2 * AT_ONCE, at_once=AT_ONCE, first=10_000)
    p95 = percentile(seconds, 0.95)
    yield Figure("submit → first price, median", "s", percentile(seconds, 0.5))
    yield Figure(
        "submit → first price, p95",
        "s",
        p95,
        ratio_to=f"find, create, read, price at {ERP:g} s",
        ratio=p95 / MUST_FOLLOW,
        bar=Bar(1.25, is_floor=False, of_ratio=True),
    )
