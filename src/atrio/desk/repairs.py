"""Equal failures: the list of them, having many tried again, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import show
from atrio.desk.words import CALLS, Status, Text, ago, due
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding.queries import journey_of
from atrio.onboarding.repairs.actions import MAY_REPAIR, repair_together
from atrio.onboarding.repairs.queries import (
    SHOWN,
    Failing,
    Failure,
    Tried,
    failing,
    find_failing,
    get_run,
    tried_in,
    waits_since,
)
from atrio.onboarding.repairs.rules import SILENT

if TYPE_CHECKING:
    from atrio.onboarding.models import RepairRun

PORTS: dict[str, Text] = {
    "erp": gettext_lazy("ERP"),
    "crm": gettext_lazy("CRM"),
    "registry": gettext_lazy("Company register"),
    "": gettext_lazy("Atrio"),
}
_KINDS: dict[str, Text] = {
    SILENT: gettext_lazy("no answer"),
    "crash": gettext_lazy("our own attempt broke off, again and again"),
}
_WAITS = Status("info", "clock", gettext_lazy("waits for its turn"))
_TRIED_STATES = {
    "failed": Status("bad", "circle-x", gettext_lazy("failed again")),
    "cancelled": CALLS["cancelled"],
}
_UNDER_WAY = frozenset({"queued", "running", "no_answer"})


@require_safe
@for_staff
def failures(request: StaffRequest, key: str) -> HttpResponse:
    """Show the applications that wait for the same repair."""
    now = timezone.now()
    found = find_failing(request.actor, key)
    if found is None:
        messages.info(request, _("Nothing waits for this any more."))
        return redirect("desk:queue")
    may_repair = request.actor.has_role(*MAY_REPAIR)
    count = sum(not one.is_sold_by_reader for one in found.failures)
    context = {
        "group": group(found),
        "rows": [_row(one, now) for one in found.failures[:SHOWN]],
        "more": max(0, len(found.failures) - SHOWN),
        "said": found.first.call.error,
        "ask": reverse("desk:repair", args=[found.key]) if may_repair and count else "",
        "count": count,
    }
    return show(request, "desk/failures.html", context, here="queue")


@require_POST
@for_staff
def repair(request: StaffRequest, key: str) -> HttpResponse:
    """Have the chosen ones tried again, or all of them."""
    chosen = None if request.POST.get("which") == "all" else _ids(request.POST.getlist("call"))
    try:
        run = repair_together(by=request.actor, key=key, chosen=chosen, now=timezone.now())
    except NotFound:
        raise
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("desk:failures", key)
    return redirect("desk:repair-run", run.pk)


@require_safe
@for_staff
def repair_run(request: StaffRequest, run_id: UUID) -> HttpResponse:
    """Show how far a run is and what came of each; htmx asks for that alone while it goes on."""
    run = get_run(request.actor, run_id)
    tried = tried_in(request.actor, run)
    rows = [_tried(one) for one in tried]
    states = Counter(row["state"] for row in rows)
    is_under_way = bool(states["waits"] or states["runs"])
    context = {
        "run": _run(run, tried, now=timezone.now()),
        "rows": rows,
        "sums": _sums(states),
        "percent": round(100 * (len(rows) - states["waits"] - states["runs"]) / max(1, len(rows))),
        "refresh_url": request.get_full_path() if is_under_way else "",
        "refresh": 5,
        "again": _again(request.actor, tried) if states["failed"] else "",
    }
    part = request.headers.get("HX-Target") == "repair-run"
    template = "desk/_repair_run.html" if part else "desk/repair_run.html"
    return show(request, template, context, here="queue")


def groups(by: Actor) -> list[dict[str, Any]]:
    """Return the equal failures that wait for a person, most of them first, in words."""
    return [group(one) for one in failing(by)]


def crowd_of(by: Actor, calls: Collection[UUID]) -> dict[str, Any] | None:
    """Return the equal failures that one of these calls is among, None where it is alone."""
    for one in failing(by):
        if len(one.failures) > 1 and any(failure.call.pk in calls for failure in one.failures):
            return group(one)
    return None


def group(found: Failing) -> dict[str, Any]:
    """Return what equal failures have in common, in words."""
    first = found.first
    journey = journey_of(first.application)
    return {
        "system": found.system,
        "count": len(found.failures),
        "title": ngettext(
            "%(count)s application waits for the same repair",
            "%(count)s applications wait for the same repair",
            len(found.failures),
        )
        % {"count": len(found.failures)},
        "port": str(PORTS.get(found.port, found.port)),
        "asked": journey.asked(first.repair, get_language() or "en"),
        "kind": _kind(found.error_code, found.kind),
        "is_silent": found.error_code == SILENT,
        "url": reverse("desk:failures", args=[found.key]),
    }


def _kind(error_code: str, kind: str) -> str:
    return str(_KINDS.get(error_code, kind or error_code))


def _row(failure: Failure, now: datetime) -> dict[str, Any]:
    application, since = failure.application, waits_since(failure)
    return {
        "call": failure.call.pk,
        "url": reverse("desk:application", args=[application.pk]),
        "reference": application.reference,
        "company": application.title or _("Not known yet"),
        "owner": str(application.owner or ""),
        "is_kept": failure.is_sold_by_reader,
        "due": due(promised_at=application.promised_at, now=now)
        if application.promised_at
        else None,
        "since": ago(since, now=now),
        "since_at": since,
    }


def _ids(asked: Collection[str]) -> set[UUID]:
    found = set()
    for text in asked:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


def _run(run: RepairRun, tried: list[Tried], *, now: datetime) -> dict[str, Any]:
    journey, element = journey_of(tried[0].item.application), tried[0].call.step.element
    repairs = (
        one.id for one in journey.elements("user") if one.attributes.get("repairs") == element
    )
    return {
        "title": journey.asked(next(repairs, element), get_language() or "en"),
        "kind": _kind(run.error_code, run.kind),
        "system": run.system,
        "by": run.by_label,
        "started": ago(run.started_at, now=now),
        "started_at": run.started_at,
    }


def _tried(one: Tried) -> dict[str, Any]:
    application = one.item.application
    state, status, said = _state(one)
    return {
        "url": reverse("desk:application", args=[application.pk]),
        "reference": application.reference,
        "company": application.title or _("Not known yet"),
        "state": state,
        "status": status,
        "said": said,
    }


def _state(one: Tried) -> tuple[str, Status, str]:
    """Return how a failure stands: in a word to count by, in words to read, and why."""
    match one.item.status:
        case "waiting":
            return "waits", _WAITS, ""
        case "refused":
            return "left", Status("", "x", _("left as it was")), one.item.refusal
    if one.call.status in _UNDER_WAY:
        return "runs", CALLS[one.call.status], one.call.error if one.call.next_try_at else ""
    if one.call.status == "done":
        return "done", CALLS["done"], ""
    return "failed", _TRIED_STATES[one.call.status], one.call.error


def _sums(states: Counter[str]) -> list[dict[str, Any]]:
    named = (
        ("done", _("done")),
        ("runs", _("under way")),
        ("waits", _("wait for their turn")),
        ("failed", _("failed again")),
        ("left", _("left as they were")),
    )
    return [{"name": name, "count": states[state]} for state, name in named if states[state]]


def _again(by: Actor, tried: list[Tried]) -> str:
    """Return where those that failed again stand together, "" if they wait no longer."""
    failed = {one.call.pk for one in tried if one.call.status == "failed"}
    for one in failing(by):
        if any(failure.call.pk in failed for failure in one.failures):
            return reverse("desk:failures", args=[one.key])
    return ""
