"""Reading connections, links and deliveries. Rows of customers are for staff and the background."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection as database
from django.db.models import QuerySet

from atrio.kernel.actors import Actor
from atrio.outside.connections import THROUGH_FAULTS
from atrio.outside.models import Connection, Delivery, Link
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import own_units

LATELY = timedelta(hours=1)
# As units name them, the most important first.
PORTS = ("erp", "crm", "registry", "shop", "sms")


@dataclass(frozen=True, slots=True)
class Lately:
    """How a system has answered within the last hour, or the latest thousand times of it."""

    asked: int = 0
    silent: int = 0  # how often no usable answer came
    median: float | None = None  # seconds of the answers, None without any
    p95: float | None = None
    answered_at: datetime | None = None  # the last answer, however long ago


def linked_id(*, connection: Connection, kind: str, object_id: UUID) -> str | None:
    """Return what our object is called in the outside system, None if it has no link."""
    found = Link.objects.filter(connection=connection, kind=kind, object_id=object_id)
    return found.values_list("outside_id", flat=True).first()


def erp_serving(account_id: UUID | None, *, unit: BusinessUnit) -> str:
    """Return the code of the ERP an account is served by, and a new one will be.

    It is the unit's, unless that has had others before and only one of those knows the account.
    """
    if account_id is None or not unit.former_erps:
        return unit.erp
    links = Link.objects.filter(kind="account", object_id=account_id).order_by("id")
    known_to = links.filter(connection__port=Connection.Port.ERP)
    codes = list(known_to.values_list("connection__code", flat=True))
    return unit.erp if unit.erp in codes or not codes else codes[0]


def erps_at_work() -> QuerySet[Connection]:
    """Return the ERPs in which units make their customers, or have made some."""
    units = BusinessUnit.objects.values_list("erp", "former_erps")
    codes = {code for erp, former in units for code in (erp, *former)}
    return Connection.objects.filter(port=Connection.Port.ERP, code__in=codes).order_by("code")


def erps_for(by: Actor) -> dict[str, list[Connection]]:
    """Return for each of the actor's units, by code, the ERPs it could make its customers in.

    Not those of another currency, of which a connection's options speak.
    """
    units = own_units(by)
    found = Connection.objects.filter(
        port=Connection.Port.ERP, business_unit__in=["", *(unit.code for unit in units)]
    )
    rows = list(found.order_by("code"))
    return {unit.code: [row for row in rows if _could_serve(row, unit)] for unit in units}


def _could_serve(erp: Connection, unit: BusinessUnit) -> bool:
    is_theirs = erp.business_unit in ("", unit.code)
    return is_theirs and erp.options.get("currency", unit.currency) == unit.currency


def deliveries_of(application_id: UUID) -> QuerySet[Delivery]:
    """Return the exchanges an application has caused, oldest first, with their connections."""
    return (
        Delivery.objects.filter(application_id=application_id)
        .select_related("connection")
        .order_by("sent_at", "pk")
    )


def last_asked(application_id: UUID, *, call_id: UUID) -> Connection | None:
    """Return whom a call asked last, None if nothing of it is kept."""
    last = deliveries_of(application_id).filter(call_id=call_id).last()
    return last.connection if last else None


def connections_through_faults() -> dict[str, Connection]:
    """Return the connections that stand behind the fault proxy, by the proxy's route."""
    rows = Connection.objects.filter(base_url__startswith=THROUGH_FAULTS).order_by("-code")
    # "faults:erp/path" takes the route erp.
    return {row.base_url.removeprefix(THROUGH_FAULTS).partition("/")[0]: row for row in rows}


def links_of(object_ids: Collection[UUID]) -> dict[UUID, list[Link]]:
    """Return what our objects are called outside, by object, each with its connection."""
    found: dict[UUID, list[Link]] = {}
    rows = Link.objects.filter(object_id__in=object_ids).select_related("connection")
    for link in rows.order_by("connection__code", "id"):
        found.setdefault(link.object_id, []).append(link)
    return found


def connections_visible_to(by: Actor) -> QuerySet[Connection]:
    """Return the systems that the actor's business units ask, former ERPs with customers too."""
    units = own_units(by)
    codes = {getattr(unit, port) for unit in units for port in PORTS} - {""}
    codes |= {code for unit in units for code in unit.former_erps}
    return Connection.objects.filter(code__in=codes).order_by("code")


def lately(connections: Collection[Connection], *, now: datetime) -> dict[str, Lately]:
    """Return how each of the connections has answered, by code, with one statement."""
    with database.cursor() as cursor:
        cursor.execute(_LATELY, [now - LATELY, [row.pk for row in connections]])
        return {
            code: Lately(asked, silent, median, p95, answered_at)
            for code, asked, silent, median, p95, answered_at in cursor.fetchall()
        }


# The latest of the last hour and the last answer, each out of the index.
_LATELY = """
    select row.code, hour.asked, hour.silent, hour.times[1], hour.times[2], last.answered_at
    from outside_connection as row
    cross join lateral (
        select count(*) as asked,
            count(*) filter (where outcome in ('busy', 'no_answer')) as silent,
            percentile_cont(array[0.5, 0.95]) within group (
                order by extract(epoch from answered_at - sent_at)
            ) filter (where outcome in ('ok', 'failed')) as times
        from (
            select sent_at, answered_at, outcome from outside_delivery
            where connection_id = row.id and sent_at > %s
            order by sent_at desc limit 1000
        ) as delivery
    ) as hour
    left join lateral (
        select answered_at from outside_delivery
        where connection_id = row.id and outcome in ('ok', 'failed')
        order by sent_at desc limit 1
    ) as last on true
    where row.id = any(%s)
"""
