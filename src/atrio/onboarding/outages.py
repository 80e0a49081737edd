"""Which applications an outside system holds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Value, When

from atrio.kernel.actors import Actor
from atrio.onboarding.calls import CALLS
from atrio.onboarding.case import applications_visible_to
from atrio.onboarding.models import Application, Call
from atrio.seller.queries import own_units, units_on

_GIVEN_UP = Q(
    status=Call.Status.FAILED,
    error_code="unreachable",
    application__waiting_on=Application.WaitingOn.ASSOCIATE,
)
_TRIED_AGAIN = Q(
    status__in=(Call.Status.QUEUED, Call.Status.RUNNING, Call.Status.NO_ANSWER),
    next_try_at__isnull=False,
)
# As the index says it.
_IN_TROUBLE = Q(next_try_at__isnull=False) | Q(error_code="unreachable")


def stopped_by(connection: str) -> list[UUID]:
    """Return the open applications that stand still because this connection did not answer.

    For the background, least promised time left first.
    """
    stopped: set[UUID] = set()
    for port, names in _calls_by_port():
        stopped |= set(
            Call.objects.filter(
                _IN_TROUBLE,
                _GIVEN_UP,
                name__in=names,
                application__status=Application.Status.OPEN,
                application__business_unit__in=units_on(port, connection),
            ).values_list("application_id", flat=True)
        )
    in_order = Application.objects.filter(pk__in=stopped).order_by("promised_at", "id")
    return list(in_order.values_list("pk", flat=True))


def put_off_by(connection: str) -> list[UUID]:
    """Return the calls to this connection that wait for their next attempt.

    For the background, least promised time left first.
    """
    put_off = Q(pk=None)
    for port, names in _calls_by_port():
        put_off |= Q(name__in=names, application__business_unit__in=units_on(port, connection))
    calls = Call.objects.filter(_IN_TROUBLE, put_off, _TRIED_AGAIN)
    in_order = calls.exclude(status=Call.Status.RUNNING).order_by("application__promised_at", "id")
    return list(in_order.values_list("pk", flat=True))


def count_held_up(by: Actor) -> Counter[str]:
    """Return how many open applications wait because of each connection, by its code.

    Some wait for the next try, some are with an associate by now.
    """
    port = Case(
        *(When(name__in=names, then=Value(port)) for port, names in _calls_by_port()),
        output_field=CharField(),
    )
    # What was given up and then asked anew has another row by now.
    newer = Call.objects.filter(
        application=OuterRef("application"), name=OuterRef("name"), pk__gt=OuterRef("pk")
    )
    waiting = (
        Call.objects.filter(_IN_TROUBLE, _TRIED_AGAIN | (_GIVEN_UP & ~Exists(newer)))
        .filter(application__in=applications_visible_to(by).filter(status=Application.Status.OPEN))
        .annotate(port=port)
        .values_list("port", "application__business_unit")
        .annotate(count=Count("application", distinct=True))
    )
    units = {unit.code: unit for unit in own_units(by)}
    counted: Counter[str] = Counter()
    for asked, unit, count in waiting:
        if asked:
            counted[getattr(units[unit], asked)] += count
    return counted


def count_unknown_in_erp(unit: str) -> int:
    """Return how many applications of a unit have asked an ERP and do not know what became of it.

    They are being tried for, or were given up without an answer and not settled since.
    """
    names = dict(_calls_by_port())["erp"]
    newer = Call.objects.filter(application=OuterRef("application"), name=OuterRef("name")).filter(
        pk__gt=OuterRef("pk")
    )
    under_way = Q(status__in=(Call.Status.RUNNING, Call.Status.NO_ANSWER)) | _TRIED_AGAIN
    without_answer = Q(status=Call.Status.FAILED, error_code__in=("unreachable", "crash"))
    unknown = Call.objects.filter(under_way | (without_answer & ~Exists(newer))).filter(
        name__in=names,
        application__status=Application.Status.OPEN,
        application__business_unit=unit,
    )
    return unknown.values("application").distinct().count()


def _calls_by_port() -> Iterator[tuple[str, list[str]]]:
    """Yield each port with the calls that ask it."""
    for port in sorted({registered.asks for registered in CALLS.values()} - {""}):
        yield port, [name for name, registered in CALLS.items() if registered.asks == port]
