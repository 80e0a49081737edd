"""Three hundred onboardings while three in ten requests to the ERP fail, in every way there is.

The ERP is a real Tryton. Before it stands a proxy that refuses, answers 500, 429 or noise, hangs,
does it and falls silent, or answers a byte a second. The process's patience is production's. The
connection's time-outs are a quarter of the defaults, or three hundred would take a quarter of an
hour: while a request hangs, its thread does. Whoever is not served in time must be in a person's
hands, and know it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from bench.harness import Bar, Database, Figure, Machine, bench, percentile
from bench.house import ERP, house
from bench.real_erp import real_erp
from bench.support.mixed_faults import ROUTE

RUNS = int(os.environ.get("FAILING_RUNS", "300"))
AT_ONCE = 40
TIME_OUTS = {"read_seconds": 5, "total_seconds": 8}
SHARE = 0.3
NEVER = float("inf")
NONE = Bar(0, is_floor=False)
_SETTLED = "select not exists (select from onboarding_application where waiting_on = 'outside')"
_OUTCOMES = """
    select reference, application.status = 'done', waiting_on = 'associate',
        extract(epoch from finished_at - application.created_at)::float,
        extract(epoch from min(sent_at) - application.created_at)::float
    from onboarding_application as application
    left join notices_message as letter
        on letter.application_id = application.id and notice = 'delayed' and letter.status = 'sent'
    group by application.id
"""
_FAILED = """
    select 100.0 * count(*) filter (where outcome <> 'ok') / count(*)
    from outside_delivery as delivery
    join outside_connection as connection on connection.id = connection_id
    where code = %s and application_id is not null
"""
_WITHOUT_PRICES = """
    select count(*) from onboarding_step where element = 'fetch_prices' and outcome ~ '^failed'
"""


class Outcome(NamedTuple):
    """What became of one application; seconds are counted from its first page."""

    reference: str
    is_served: bool
    is_with_person: bool
    served_after: float | None
    told_after: float | None

    @property
    def settled_after(self) -> float:
        """After how many seconds they were served, or told that a person sees to it."""
        return min(self.served_after or NEVER, self.told_after or NEVER)


@bench
def failing_erp(machine: Machine) -> Iterator[Figure]:
    """Two workers, forty companies at once."""
    with (
        real_erp(machine) as erp,
        house(
            machine, "failing_erp", outside={"erp": erp.connection | TIME_OUTS}, **erp.environment
        ) as made,
        erp.behind("bench.support.mixed_faults", "{port}", "{url}", str(SHARE)) as proxy,
    ):
        known_before = len(erp.customers())
        made.reach(ERP, f"{proxy}/{ROUTE}")
        with made.workers():
            made.applicants(RUNS, at_once=AT_ONCE, until="settled")
            made.database.wait_until(_SETTLED, within=300)
        yield from _figures(made.database, erp.customers()[known_before:])


def _figures(database: Database, customers: list[tuple[str, str]]) -> Iterator[Figure]:
    outcomes = [Outcome(*row) for row in database.rows(_OUTCOMES)]
    seconds = [outcome.settled_after for outcome in outcomes]
    served = [outcome for outcome in outcomes if outcome.is_served]
    waiting = [outcome for outcome in outcomes if outcome.is_with_person]
    yield Figure("requests to the ERP that failed", "%", float(database.rows(_FAILED, ERP)[0][0]))
    yield Figure("served, or with a person and told, median", "s", percentile(seconds, 0.5))
    yield Figure(
        "served, or with a person and told, p99",
        "s",
        percentile(seconds, 0.99),
        bar=Bar(180, is_floor=False),
    )
    yield Figure("served", "", len(served))
    yield Figure(
        "… after a letter that it takes longer", "", sum(1 for o in served if o.told_after)
    )
    yield Figure("… before the ERP has said their prices", "", database.count(_WITHOUT_PRICES))
    yield Figure("with a person at the end", "", len(waiting))
    yield Figure("… without a letter", "", sum(1 for o in waiting if not o.told_after), bar=NONE)
    references = Counter(code for code, _number in customers)
    numbers = Counter(number for _code, number in customers)
    lost = RUNS - len(served) - len(waiting) + sum(1 for o in served if not references[o.reference])
    yield Figure("lost", "", lost, bar=NONE)
    yield Figure("customers that the ERP has twice", "", numbers.total() - len(numbers), bar=NONE)
