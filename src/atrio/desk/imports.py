"""Imports of a unit's customers of old: how they stand, and what needs a look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
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
from atrio.desk.frame import page_number, show
from atrio.desk.words import Status, Text, ago
from atrio.enrolment.actions import MAY_IMPORT, start_import
from atrio.enrolment.queries import count_issues, get_run, issues_of, runs_visible_to
from atrio.kernel.errors import NotFound, Refused
from atrio.seller.queries import business_unit

if TYPE_CHECKING:
    from atrio.enrolment.models import ImportIssue, ImportRun

RUNS = 50
ISSUES_PAGE = 50
_LAST_PAGE = 2_000

STATES: Mapping[str, Status] = {
    "running": Status("info", "loader-2", gettext_lazy("runs")),
    "waiting": Status("warn", "hourglass", gettext_lazy("waits for a system")),
    "stopped": Status("bad", "circle-x", gettext_lazy("stopped")),
    "done": Status("good", "circle-check", gettext_lazy("done")),
}
_PHASES: Mapping[str, Text] = {
    "erp": gettext_lazy("Customers of the ERP"),
    "crm_accounts": gettext_lazy("Companies of the CRM"),
    "crm_links": gettext_lazy("People of the CRM"),
}
ISSUES: Mapping[str, Text] = {
    "no_name": gettext_lazy("Left out: no name"),
    "long_number": gettext_lazy("Left out: the number is too long"),
    "no_tax_id": gettext_lazy("Left out: no tax number, so nobody could prove who they are"),
    "wrong_tax_id": gettext_lazy("The tax number is wrong"),
    "same_tax_id": gettext_lazy("Left out: another customer has the same tax number"),
    "other_tax_id": gettext_lazy("Not changed: the tax number is not the one we know"),
    "other_unit": gettext_lazy("Left out: a customer of another business unit"),
    "merged": gettext_lazy("Left out: merged into another customer here"),
    "no_email": gettext_lazy("Person left out: no email address"),
    "wrong_email": gettext_lazy("Person left out: nobody can write to this address"),
    "same_email": gettext_lazy("Person left out: somebody else has the same address"),
    "kept": gettext_lazy("Changed there and here: ours was kept"),
    "gone": gettext_lazy("No longer in the ERP: kept here"),
    "contradiction": gettext_lazy("Not linked: customer number and tax number contradict"),
    "same_company": gettext_lazy("Not linked: the same company is there twice"),
    "unknown_number": gettext_lazy("Not linked: no customer here has this number"),
    "same_person": gettext_lazy("Not linked: the same person is there twice"),
    "left_elsewhere": gettext_lazy("Has left, says the system, and has applied here: kept"),
    "seat_of_former": gettext_lazy("Has left, says the CRM, and may still sign in"),
}
_DETAILS: Mapping[str, Text] = {
    "other": gettext_lazy("also %(value)s"),
    "unit": gettext_lazy("of %(value)s"),
    "email": gettext_lazy("“%(value)s”"),
    "kept": gettext_lazy("kept: %(value)s"),
    "left_out": gettext_lazy("left out: %(value)s"),
    "theirs": gettext_lazy("there: %(value)s"),
    "ours": gettext_lazy("here: %(value)s"),
    "number": gettext_lazy("number %(value)s"),
    "tax_id": gettext_lazy("tax number %(value)s"),
    "company": gettext_lazy("which is %(value)s"),
}


@require_safe
@for_staff
def imports(request: StaffRequest) -> HttpResponse:
    """List the imports of the actor's units, the latest first."""
    now = timezone.now()
    names = {code: business_unit(code).name for code in sorted(request.actor.business_units)}
    runs = list(runs_visible_to(request.actor)[:RUNS])
    open_units = {run.business_unit for run in runs if run.status != "done"}
    may_start = request.actor.has_role(*MAY_IMPORT)
    context = {
        "runs": [_run(run, unit=names[run.business_unit], now=now) for run in runs],
        "units": [
            {"code": code, "name": name}
            for code, name in names.items()
            if may_start and code not in open_units
        ],
        "empty": {
            "icon": "database",
            "title": _("Nothing imported yet"),
            "text": _("An import brings the customers of the ERP and the CRM in."),
        },
    }
    return show(request, "desk/imports.html", context, here="imports")


@require_safe
@for_staff
def import_run(request: StaffRequest, run_id: UUID) -> HttpResponse:
    """Show one import and what needs a look; htmx asks for its progress alone while it runs."""
    now = timezone.now()
    run = get_run(by=request.actor, run_id=run_id)
    counted = count_issues(run)
    asked = request.GET.get("what", "")
    what = asked if asked in counted else ""
    number = min(page_number(request), _LAST_PAGE)
    start = (number - 1) * ISSUES_PAGE
    found = list(issues_of(run, what=what)[start : start + ISSUES_PAGE + 1])
    address = reverse("desk:import-run", args=[run.pk])
    context = {
        "run": _run(run, unit=business_unit(run.business_unit).name, now=now),
        "phases": _phases(run),
        "error": run.error,
        "refresh_url": request.get_full_path() if run.status in ("running", "waiting") else "",
        "may_go_on": run.status == "stopped" and request.actor.has_role(*MAY_IMPORT),
        "kinds": _kinds(counted, address, what),
        "issues": [_issue(issue) for issue in found[:ISSUES_PAGE]],
        "pages": {
            "text": _("Page %(number)s") % {"number": number},
            "previous": _page(address, what, number - 1) if number > 1 else "",
            "next": _page(address, what, number + 1) if len(found) > ISSUES_PAGE else "",
        },
    }
    part = request.headers.get("HX-Target") == "import"
    template = "desk/_import.html" if part else "desk/import.html"
    return show(request, template, context, here="imports")


@require_POST
@for_staff
def start(request: StaffRequest) -> HttpResponse:
    """Begin an import of a unit, or let its unfinished one go on."""
    try:
        run = start_import(by=request.actor, unit=request.POST.get("unit", ""), now=timezone.now())
    except NotFound:
        raise
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("desk:imports")
    return redirect("desk:import-run", run.pk)


def _run(run: ImportRun, *, unit: str, now: datetime) -> dict[str, Any]:
    sums = [run.counts.get(phase, {}) for phase in _PHASES]

    def total(*names: str) -> int:
        return sum(counts.get(name, 0) for counts in sums for name in names)

    return {
        "url": reverse("desk:import-run", args=[run.pk]),
        "unit": unit,
        "unit_code": run.business_unit,
        "status": STATES[run.status],
        "by": run.by_label,
        "started": ago(run.started_at, now=now),
        "started_at": run.started_at,
        "moved": ago(run.moved_at, now=now),
        "moved_at": run.moved_at,
        "read": total("read"),
        "accounts": total("opened"),
        "people": total("people_added"),
        "doubts": total("doubts"),
    }


def _phases(run: ImportRun) -> list[dict[str, Any]]:
    """Return how far each phase is; the ones that have not begun are not there."""
    done = [phase for phase in _PHASES if phase in run.counts]
    return [
        {
            "name": _PHASES[phase],
            "is_running": phase == run.phase and run.status != "done",
            **{name: run.counts[phase].get(name, 0) for name in ("read", "linked", "left_out")},
            "accounts": _sum(run, phase, "opened"),
            "people": _sum(run, phase, "people_added"),
            "changed": _sum(run, phase, "updated", "people_updated"),
            "prospects": _sum(run, phase, "prospects"),
            "doubts": _sum(run, phase, "doubts"),
        }
        for phase in done
    ]


def _sum(run: ImportRun, phase: str, *names: str) -> int:
    return sum(run.counts[phase].get(name, 0) for name in names)


def _kinds(counted: Mapping[str, int], address: str, what: str) -> list[dict[str, Any]]:
    every = [("", _("Everything"), sum(counted.values()))]
    named = [(kind, ISSUES.get(kind, kind), count) for kind, count in counted.items()]
    return [
        {
            "value": kind or "all",
            "name": name,
            "url": _page(address, kind, 1),
            "count": count,
            "is_current": kind == what,
        }
        for kind, name, count in every + named
    ]


def _page(address: str, what: str, number: int) -> str:
    query = ({"what": what} if what else {}) | ({"page": number} if number > 1 else {})
    return f"{address}?{urlencode(query)}" if query else address


def _issue(issue: ImportIssue) -> dict[str, Any]:
    details = [
        _DETAILS[name] % {"value": value}
        for name, value in issue.details.items()
        if value and name in _DETAILS
    ]
    return {
        "what": ISSUES.get(issue.what, issue.what),
        "system": issue.system,
        "outside_id": issue.outside_id,
        "about": issue.about,
        "details": " · ".join(details),
    }
