"""The associates' queue: who waits, least promised time left first. Every read is scoped.

A queue may hold a hundred thousand applications, and every page of it costs the same: an index
gives each business unit's first ones in order, nothing is sorted as a whole, and nothing is
counted beyond `MOST_COUNTED`. What is one's own has an index of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import CharField, Q, QuerySet, Value

from atrio.checks.models import Decision
from atrio.kernel.actors import Actor
from atrio.onboarding.case import applications_visible_to
from atrio.onboarding.models import Application, Call, Fact, Step
from atrio.onboarding.queries import journey_of

QUEUE_PAGE = 50
MOST_COUNTED = 1000

View = Literal["associate", "mine", "free", "customer", "admin", "outside", "open", "finished"]
VIEWS: tuple[View, ...] = get_args(View)

_REFERENCE = re.compile(r"([0-9A-Z]{4})-?([0-9A-Z]{4})")
_SEPARATORS = re.compile(r"[\s./-]")
# What a table says when somebody has to look.
WANTS_A_PERSON = ("REFER", "STAFF")
_WAITS_FOR_OTHERS = ~Q(waiting_on=Application.WaitingOn.ASSOCIATE)
_ORDERS: dict[bool, tuple[str, str]] = {
    True: ("-finished_at", "-id"),
    False: ("promised_at", "id"),
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One application in the queue."""

    application: Application
    tax_id: str  # "" while none is known
    waits_since: datetime | None  # for whoever has the turn
    reasons: list[str]  # why a table wants a person to look
    error: str  # why the call failed that is to be repaired
    shown: tuple[str, Any] | None  # the fact that the step which waits wants beside it


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some applications of a queue; `count` of all stops at MOST_COUNTED + 1: "more than"."""

    rows: list[QueueRow]
    number: int  # of the page, from 1
    count: int

    @property
    def first(self) -> int:
        """Return the place of the first row in the whole queue, from 1."""
        return (self.number - 1) * QUEUE_PAGE + 1

    @property
    def has_next(self) -> bool:
        """Say whether there is a page behind this one."""
        return self.number * QUEUE_PAGE < min(self.count, MOST_COUNTED)


def queue_page(by: Actor, *, view: View, number: int, count: int) -> QueuePage:
    """Return a page of a view that `count_waiting` has counted; beyond the last it is the last.

    Whoever looks for the thousand-and-first application searches for it.
    """
    pages = max(1, -(-min(count, MOST_COUNTED) // QUEUE_PAGE))
    number = min(max(number, 1), pages)
    ids = ids_of_view(by, view, slice((number - 1) * QUEUE_PAGE, number * QUEUE_PAGE))
    return QueuePage(_rows(by, ids), number, count)


def count_waiting(by: Actor, view: View) -> int:
    """Return how many applications stand in a view; MOST_COUNTED + 1 means more than that."""
    return of_view(applications_visible_to(by), view, by)[: MOST_COUNTED + 1].count()


def count_views(by: Actor) -> dict[View, int]:
    """Return what `count_waiting` says of every view, with one statement."""
    if not by.business_units:
        return dict.fromkeys(VIEWS, 0)
    visible = applications_visible_to(by)
    first, *others = (
        of_view(visible, view, by)
        .annotate(view=Value(view, CharField()))
        .values_list("view")[: MOST_COUNTED + 1]
        for view in VIEWS
    )
    statement, values = first.union(*others, all=True).query.sql_with_params()
    with connection.cursor() as cursor:
        # Django's own statement, within one that spares it the sending of a thousand rows a view.
        cursor.execute(f"select view, count(*) from ({statement}) as v group by view", values)  # noqa: S608
        found = dict(cursor.fetchall())
    return {view: found.get(view, 0) for view in VIEWS}


def find_applications(by: Actor, query: str) -> QueuePage:
    """Return the newest applications with this reference, tax number or words in their name."""
    for found in (_by_reference, _by_tax_id, _by_words):
        ids = found(applications_visible_to(by), query)
        if ids:
            return QueuePage(_rows(by, ids), 1, len(ids))
    return QueuePage([], 1, 0)


def of_view(rows: QuerySet[Application], view: View, by: Actor) -> QuerySet[Application]:
    """Return those of the applications that stand in a view as `by` sees it."""
    if view == "finished":
        return rows.filter(finished_at__isnull=False)
    waiting = rows.filter(status=Application.Status.OPEN)
    match view:
        case "open":
            return waiting
        case "mine":
            return waiting.filter(owner=UUID(by.id))
        case "free":
            return waiting.filter(waiting_on=Application.WaitingOn.ASSOCIATE, owner=None)
        case _:
            return waiting.filter(waiting_on=view)


def ids_of_view(by: Actor, view: View, wanted: slice) -> list[UUID]:
    """Return the ids that stand at these places of a view, in its order."""
    order = _ORDERS[view == "finished"]
    columns = [column.removeprefix("-") for column in order]
    if view == "mine":
        # A few, by an index of their own; first those that wait for their owner.
        mine = of_view(applications_visible_to(by), view, by).annotate(is_other=_WAITS_FOR_OTHERS)
        return list(mine.order_by("is_other", *order).values_list("pk", flat=True)[wanted])
    # One ordered piece a unit, then merged: over several units at once no index is in order.
    visible = applications_visible_to(by)
    pieces = [
        of_view(visible.filter(business_unit=unit), view, by)
        .order_by(*order)
        .values_list(*columns)[: wanted.stop]
        for unit in sorted(by.business_units)
    ]
    if not pieces:
        return []
    first, *others = pieces
    merged = first.union(*others, all=True).order_by(*order) if others else first
    return [row[-1] for row in merged[wanted]]


def _rows(by: Actor, ids: Sequence[UUID]) -> list[QueueRow]:
    found = applications_visible_to(by).defer("state").select_related("owner").in_bulk(ids)
    shown = {pk: _shown_by(application) for pk, application in found.items()}
    facts = Fact.objects.filter(
        application__in=ids, field__in={"company.tax_id", *shown.values()} - {""}
    ).order_by("id")
    known = {
        (pk, field): value
        for pk, field, value in facts.values_list("application_id", "field", "value")
    }
    since = dict(_waiting_since(ids))
    reasons = dict(_reasons(ids))
    errors = dict(_errors(ids))
    return [
        QueueRow(
            application=found[pk],
            tax_id=str(known.get((pk, "company.tax_id"), "")),
            waits_since=since.get((pk, found[pk].current_step)),
            reasons=reasons.get(pk, []),
            error=errors.get(pk, ""),
            shown=(shown[pk], known[pk, shown[pk]]) if (pk, shown[pk]) in known else None,
        )
        for pk in ids
        # It may have been taken away between the two queries.
        if pk in found
    ]


def _shown_by(application: Application) -> str:
    """Return the fact that the step which waits wants to be shown beside it, "" for none."""
    elements = journey_of(application).elements("user")
    waiting = (one for one in elements if one.id == application.current_step)
    return next((one.attributes.get("shows", "") for one in waiting), "")


def _waiting_since(ids: Sequence[UUID]) -> Iterator[tuple[tuple[UUID, str], datetime]]:
    """Yield since when each open step waits."""
    steps = Step.objects.filter(application__in=ids, closed_at=None)
    for pk, element, at in steps.values_list("application_id", "element", "opened_at"):
        yield (pk, element), at


def _reasons(ids: Sequence[UUID]) -> Iterator[tuple[UUID, list[str]]]:
    """Yield what the tables that wanted a person said, the latest last."""
    said = Decision.objects.filter(application_id__in=ids, outcome__in=WANTS_A_PERSON)
    yield from said.order_by("id").values_list("application_id", "reasons")


def _errors(ids: Sequence[UUID]) -> Iterator[tuple[UUID, str]]:
    """Yield why calls failed, the latest last."""
    failed = Call.objects.filter(application__in=ids, status=Call.Status.FAILED)
    yield from failed.order_by("id").values_list("application_id", "error")


def _by_reference(rows: QuerySet[Application], query: str) -> list[UUID]:
    shape = _REFERENCE.fullmatch(query.strip().upper())
    return _newest(rows.filter(reference="-".join(shape.groups()))) if shape else []


def _by_tax_id(rows: QuerySet[Application], query: str) -> list[UUID]:
    number = _SEPARATORS.sub("", query).upper()
    if sum(character.isdigit() for character in number) < 2:
        return []
    facts = Fact.objects.filter(field="company.tax_id", value=number)
    return _newest(rows.filter(pk__in=facts.values("application_id")))


def _by_words(rows: QuerySet[Application], query: str) -> list[UUID]:
    words = re.findall(r"\w+", query)
    if not words:
        return []
    # Quoted, so that a word is a word; "aur" finds Aurivale.
    prefixes = " & ".join(f"'{word}':*" for word in words[:8])
    wanted = SearchQuery(prefixes, search_type="raw", config="simple")
    return _newest(rows.annotate(words=SearchVector("title", config="simple")).filter(words=wanted))


def _newest(rows: QuerySet[Application]) -> list[UUID]:
    return list(rows.order_by("-id").values_list("id", flat=True)[:QUEUE_PAGE])
