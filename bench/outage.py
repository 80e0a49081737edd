"""A day's outage of the ERP: two hundred companies wait, and all go on without a click.

The ERP is a real Tryton behind the fault proxy. The day passes in the database: every moment in it
is moved a day into the past, which to the processes is as if their clocks had gone on. The
promises are shuffled, so that the order of promised time left is no other order.
"""

from __future__ import annotations

import os
import secrets
import time
from collections import Counter
from collections.abc import Iterator

from atrio.outside.faults.control import FaultProxy
from bench.harness import Bar, Database, Figure, Machine, bench, percentile
from bench.house import ERP, house
from bench.real_erp import real_erp

WAITING = int(os.environ.get("OUTAGE_WAITING", "200"))
LATE = 20  # who send their applications while the ERP is still down, and are tried by themselves
# Both workers' threads go on with so many applications at once, and ask so many times at once:
# within either, one may overtake the other.
THREADS = 20
IN_ORDER = Bar(2 * THREADS, is_floor=False)
ROUTE = "erp"
NONE = Bar(0, is_floor=False)
_SHUFFLE = """
    update onboarding_application as application
    set promised_at = due, clocks = jsonb_set(clocks, '{access,due}', to_jsonb(due))
    from (
        select id, promised_at - random() * interval '1 hour' as due from onboarding_application
    ) as shuffled where shuffled.id = application.id
"""
_STANDING = f"""
    select count(*) = {WAITING} from onboarding_application as application
    join notices_message as letter on letter.application_id = application.id
    where waiting_on = 'associate' and notice = 'delayed' and letter.status = 'sent'
"""
_ASSOCIATES_TOLD = f"""
    select count(distinct application_id) = {WAITING} from notices_message
    where notice = 'promise_broken' and status = 'sent'
"""
_IN_ORDER = "select reference from onboarding_application order by promised_at, id"
_ALL_SERVED = """
    select bool_and(status = 'done') and not exists (
        select from notices_message where status in ('queued', 'sending')
    ) from onboarding_application
"""
_SERVED_AT = "select extract(epoch from finished_at) from onboarding_application"
_LETTERS = """
    select application_id, notice, "to", subject, count(*) from notices_message
    where notice in ('delayed', 'welcome', 'promise_broken') group by 1, 2, 3, 4
"""


@bench
def outage(machine: Machine) -> Iterator[Figure]:
    """Two workers; those who wait, and some who come late."""
    token = secrets.token_hex()
    route = ("--port", "{port}", "--route", f"{ROUTE}={{url}}")
    with (
        real_erp(machine) as erp,
        house(machine, "outage", outside={"erp": erp.connection}, **erp.environment) as made,
        erp.behind("atrio.outside.faults", *route, ATRIO_FAULTS_TOKEN=token) as proxy,
    ):
        known_before = len(erp.customers())
        made.reach(ERP, f"{proxy}/{ROUTE}")
        faults = FaultProxy(proxy, token)
        faults.set(ROUTE, down=True)
        with made.workers():
            made.applicants(WAITING, at_once=40, until="sent")
            in_order = _let_a_day_pass(made.database)
            made.applicants(LATE, at_once=LATE, first=300_000, until="sent")
            faults.reset(ROUTE)
            began = time.time()
            seconds = made.database.wait_until(_ALL_SERVED, within=600)
        served = made.database.numbers(_SERVED_AT)
        customers = erp.customers()[known_before:]
        letters = made.database.rows(_LETTERS)
    created = [code for code, _number in customers]
    everybody = WAITING + LATE
    yield Figure("back → everybody is served", "s", seconds)
    yield Figure("back → half of them are", "s", percentile(served, 0.5) - began)
    yield Figure("served a second", "1/s", everybody / seconds)
    yield Figure("lost", "", everybody - len(set(created)), bar=NONE)
    numbers = Counter(number for _code, number in customers)
    yield Figure("customers that the ERP has twice", "", numbers.total() - len(numbers), bar=NONE)
    farthest = _farthest_from_place(created, in_order)
    yield Figure("created in order: farthest from its place", "", farthest, bar=IN_ORDER)
    yield from _told(letters)


def _let_a_day_pass(database: Database) -> list[str]:
    """Let patience end, customers and associates be told, and a day go by; return who is first."""
    database.rows(_SHUFFLE)
    database.move_clock_on("3 minutes")
    database.wait_until(_STANDING, within=120)
    database.move_clock_on("1 day")
    database.wait_until(_ASSOCIATES_TOLD, within=120)
    return [str(reference) for (reference,) in database.rows(_IN_ORDER)]


def _farthest_from_place(created: list[str], in_order: list[str]) -> int:
    """Return how many places lay between an application's turn and its creation, at most."""
    place = {reference: number for number, reference in enumerate(in_order)}
    waited = [reference for reference in created if reference in place]
    return max(abs(place[reference] - now) for now, reference in enumerate(waited))


def _told(letters: list[tuple[object, ...]]) -> Iterator[Figure]:
    """Say who was told of it, and whether anybody was told the same twice."""
    for notice, who in (
        ("delayed", "customers told that it takes longer"),
        ("welcome", "customers told that the shop is open"),
        ("promise_broken", "applications that associates were told of"),
    ):
        told = {application for application, name, *_rest in letters if name == notice}
        wanted = WAITING + LATE if notice == "welcome" else WAITING
        yield Figure(who, "", len(told), bar=Bar(wanted, is_floor=True))
    twice = sum(1 for *_letter, count in letters if count != 1)
    yield Figure("letters sent twice", "", twice, bar=NONE)
