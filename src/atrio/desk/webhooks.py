"""Events that were sent to programs: where, what came of it, and once more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import show
from atrio.desk.words import Status, ago
from atrio.integrators.webhooks.actions import send_again
from atrio.integrators.webhooks.queries import deliveries_visible_to

if TYPE_CHECKING:
    from atrio.integrators.webhooks.queries import EventDelivery

SHOWN = 100
STATES: Mapping[str, Status] = {
    "queued": Status("info", "clock", gettext_lazy("waits for its turn")),
    "delivered": Status("good", "circle-check", gettext_lazy("arrived")),
    "failed": Status("bad", "circle-x", gettext_lazy("given up")),
}


@require_safe
@for_staff
def webhooks(request: StaffRequest) -> HttpResponse:
    """List what was sent to the programs of one's units, the latest first."""
    now = timezone.now()
    rows = deliveries_visible_to(request.actor).select_related("endpoint__key").order_by("-id")
    context = {
        "deliveries": [_delivery(row, now) for row in rows[:SHOWN]],
        "empty": {
            "icon": "send",
            "title": _("No events sent yet"),
            "text": _("Programs say by the API where they want to hear of events."),
        },
    }
    return show(request, "desk/webhooks.html", context, here="systems")


@require_POST
@for_staff
def again(request: StaffRequest, delivery_id: UUID) -> HttpResponse:
    """Send an event once more."""
    send_again(by=request.actor, delivery_id=delivery_id, now=timezone.now())
    messages.success(request, _("It is on its way again."))
    return redirect("desk:webhooks")


def _delivery(row: EventDelivery, now: datetime) -> dict[str, Any]:
    last = row.attempts[-1] if row.attempts else None
    return {
        "type": row.type,
        "program": row.endpoint.key.name,
        "url": row.endpoint.url,
        "status": STATES[row.status],
        "attempts": len(row.attempts),
        "said": (last["error"] or str(last["status"])) if last else "",
        "is_gone": row.endpoint.stopped == "gone",
        "at": row.created_at,
        "ago": ago(row.created_at, now=now),
        "next_try_at": row.next_try_at if row.attempts else None,
        "again_url": reverse("desk:webhook-again", args=[row.pk]),
    }
