"""What time alone brings about: clocks that run out, end with their application, or move.

All of it is done in sets and may be done by several workers at once: rows that one has in hand
the others leave out, and a level is reached by whoever inserts its row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from atrio.kernel.actors import SYSTEM
from atrio.kernel.ids import new_id
from atrio.onboarding.case import where_of
from atrio.onboarding.models import Application, Promise, Reached, Step
from atrio.onboarding.promises import rules
from atrio.onboarding.promises.credit import CREDIT_LINE, tell_of_credit
from atrio.onboarding.promises.letters import tell_people
from atrio.onboarding.promises.turns import split
from atrio.outside.models import Delivery
from atrio.seller.calendars import working_calendar
from atrio.timeline.actions import entry, record_all

AT_ONCE = 200

# An access clock ends with the first price, which is shown far away from here. Whoever had an
# account before has seen prices long ago: theirs ends with the application. Applications are locked
# before their promises, as everywhere; the next minute finds those that somebody has in hand.
_END_ACCESS = """
    with over as (
        select promise.id,
               case when account.first_price_at >= promise.started_at then account.first_price_at
                    else application.finished_at end as at
        from onboarding_promise as promise
        join onboarding_application as application on application.id = promise.application_id
        join parties_account as account on account.id = application.account_id
        where promise.name = 'access' and promise.ended_at is null
          and account.first_price_at is not null
          and (account.first_price_at >= promise.started_at or application.finished_at is not null)
        for no key update of application skip locked
    ), ended as (
        update onboarding_promise as promise
        set status = case when over.at > promise.due_at then 'broken' else 'kept' end,
            ended_at = over.at, spent = over.at - promise.running_since,
            running_since = null, next_at = null
        from over where over.id = promise.id
        returning promise.application_id
    )
    update onboarding_application as application
    set clocks = clocks - 'access',
        promised_at = (
            select min(nullif(clock.value ->> 'due', '')::timestamptz)
            from jsonb_each(clocks - 'access') as clock where clock.key not like 'person:%'
        )
    from ended where ended.application_id = application.id
"""
# Nobody waits any longer for what was promised to an application that is over. Where the customer
# did not come back it was not we who broke it.
_END_OTHERS = """
    update onboarding_promise as promise
    set status = case when application.status <> 'expired'
                           and coalesce(promise.due_at < application.finished_at, false)
                      then 'broken' else 'cancelled' end,
        ended_at = greatest(application.finished_at, promise.started_at),
        running_since = null, paused_since = null, next_at = null
    from onboarding_application as application
    where application.id = promise.application_id and promise.ended_at is null
      and application.finished_at is not null
      and (promise.name <> 'access' or application.status <> 'done')
    returning promise.application_id, promise.name
"""
_REACH = """
    insert into onboarding_reached (id, promise_id, application_id, level, due_at, at)
    select * from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::int[], %s::timestamptz[],
                         %s::timestamptz[])
    on conflict (promise_id, level) do nothing
    returning promise_id, level
"""


@transaction.atomic
def end_what_is_over() -> int:
    """End the clocks whose end is no step of their own; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_END_ACCESS)
        of_access: int = cursor.rowcount
        cursor.execute(_END_OTHERS)
        others = cursor.fetchall()
    for application_id, name in others:
        if name == CREDIT_LINE:
            tell_of_credit(application_id)
    return of_access + len(others)


@transaction.atomic
def raise_levels(*, now: datetime) -> int:
    """Warn, break and escalate what is due for it, each once; return how many were looked at.

    What broke and what escalates is written to those who can help, unless it is the customer who
    has the turn: they are not hurried by our looking at them.
    """
    due = list(
        Promise.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("application")
        .defer("application__state")
        .filter(ended_at=None, next_at__lte=now)
        .order_by("next_at")[:AT_ONCE]
    )
    fresh = _reach(
        Reached(
            promise=promise,
            application=promise.application,
            level=level,
            due_at=promise.due_at or now,
            at=now,
        )
        for promise in due
        for level, _at in rules.reached(promise, now=now)
    )
    for promise in due:
        promise.level = max(level for level, _at in rules.reached(promise, now=now))
        if promise.level >= Promise.Level.BROKEN:
            promise.status = Promise.Status.BROKEN
        rules.set_next(promise)
    Promise.objects.bulk_update(due, ["level", "status", "next_at"])
    _tell(fresh, now=now)
    return len(due)


def _reach(rows: Iterable[Reached]) -> list[Reached]:
    """Insert the levels that nobody has reached before, and return these."""
    wanted = list(rows)
    if not wanted:
        return []
    columns = (
        [new_id() for _row in wanted],
        [row.promise_id for row in wanted],
        [row.application_id for row in wanted],
        [row.level for row in wanted],
        [row.due_at for row in wanted],
        [row.at for row in wanted],
    )
    with connection.cursor() as cursor:
        cursor.execute(_REACH, columns)
        inserted = set(cursor.fetchall())
    return [row for row in wanted if (row.promise_id, row.level) in inserted]


_TOLD = {
    Promise.Level.WARNED: "promise.warned",
    Promise.Level.BROKEN: "promise.broken",
    Promise.Level.ESCALATED: "promise.escalated",
}


def _tell(fresh: Sequence[Reached], *, now: datetime) -> None:
    record_all(
        [
            entry(
                by=SYSTEM,
                what=_TOLD[Promise.Level(row.level)],
                where=where_of(row.application),
                now=now,
                promise=row.promise.name,
                due=row.due_at.isoformat(),
            )
            for row in fresh
        ]
    )
    loudest: dict[UUID, Reached] = {}
    for row in fresh:
        if row.level >= Promise.Level.BROKEN:
            loudest[row.promise_id] = row
    tell_people(loudest.values(), now=now)


def split_ended() -> int:
    """Write down who had the turn for how long in clocks that have ended; return how many."""
    ended = list(
        Promise.objects.select_related("application")
        .defer("application__state")
        .filter(ended_at__isnull=False, by_us=None)
        .order_by("ended_at")[:AT_ONCE]
    )
    ids = {promise.application_id for promise in ended}
    steps: defaultdict[UUID, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(application__in=ids):
        steps[step.application_id].append(step)
    deliveries: defaultdict[UUID | None, list[Delivery]] = defaultdict(list)
    for delivery in Delivery.objects.filter(application_id__in=ids).only(
        "application_id", "sent_at", "answered_at"
    ):
        deliveries[delivery.application_id].append(delivery)
    for promise in ended:
        found = split(
            promise.application,
            start=promise.started_at,
            end=promise.ended_at or promise.started_at,
            steps=steps[promise.application_id],
            deliveries=deliveries[promise.application_id],
        )
        promise.by_customer = timedelta(seconds=found.customer)
        promise.by_us = timedelta(seconds=found.ours)
        promise.by_others = timedelta(seconds=found.outside)
    Promise.objects.bulk_update(ended, ["by_customer", "by_us", "by_others"])
    return len(ended)


@transaction.atomic
def move_promises(*, business_unit: str, after: UUID | None, now: datetime) -> UUID | None:
    """Reckon open deadlines by the unit's working calendar anew, some at a time.

    What has run off since a clock was last started is counted by the calendar as it is now; what
    ran off before a pause stays as it was counted then. Returns the last promise looked at, None
    when there are no more behind `after`.
    """
    calendar = working_calendar(business_unit)
    rows = Promise.objects.filter(
        business_unit=business_unit,
        ended_at=None,
        counted_on="working",
        running_since__isnull=False,
    )
    behind = rows.filter(pk__gt=after) if after else rows
    found = dict(behind.order_by("pk").values_list("pk", "application_id")[:AT_ONCE])
    # Applications are locked before their promises, as everywhere.
    locked = Application.objects.select_for_update(no_key=True).order_by("pk").defer("state")
    applications = locked.in_bulk(set(found.values()))
    entries, moved = [], []
    for promise in rows.select_for_update().filter(pk__in=found).order_by("pk"):
        before = promise.due_at
        rules.reckon(promise, calendar=calendar)
        if before == promise.due_at or before is None or promise.due_at is None:
            continue
        rules.take_back(promise, now=now)
        moved.append(promise)
        application = applications[promise.application_id]
        if (known := application.clocks.get(promise.name)) and known["id"] == str(promise.pk):
            known["due"] = promise.due_at.isoformat()
            application.promised_at = rules.first_due(application.clocks)
        entries.append(
            entry(
                by=SYSTEM,
                what="promise.moved",
                where=where_of(application),
                now=now,
                promise=promise.name,
                before=before.isoformat(),
                due=promise.due_at.isoformat(),
            )
        )
    fields = ["warn_at", "due_at", "escalate_at", "next_at", "level", "status"]
    Promise.objects.bulk_update(moved, fields)
    Application.objects.bulk_update(applications.values(), ["clocks", "promised_at"])
    record_all(entries)
    for promise in moved:
        if promise.name == CREDIT_LINE:
            tell_of_credit(promise.application_id)
    return max(found) if len(found) == AT_ONCE else None
