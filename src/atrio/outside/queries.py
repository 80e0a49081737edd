"""Reading connections, links and deliveries. Rows of customers are for staff and the background."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from atrio.outside.connections import THROUGH_FAULTS
from atrio.outside.models import Connection, Delivery, Link


def linked_id(*, connection: Connection, kind: str, object_id: UUID) -> str | None:
    """Return what our object is called in the outside system, None if it has no link."""
    found = Link.objects.filter(connection=connection, kind=kind, object_id=object_id)
    return found.values_list("outside_id", flat=True).first()


def deliveries_of(application_id: UUID) -> QuerySet[Delivery]:
    """Return the exchanges an application has caused, oldest first, with their connections."""
    return (
        Delivery.objects.filter(application_id=application_id)
        .select_related("connection")
        .order_by("sent_at", "pk")
    )


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
