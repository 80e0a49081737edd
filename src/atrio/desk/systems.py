"""The systems around us: whether they answer, how fast, and what waits because one does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff, for_staff_outside
from atrio.desk.erps import erp_switches
from atrio.desk.faults import (
    WRITTEN_TO,
    NotTurned,
    Switches,
    switch,
    switches,
    turn_knobs,
)
from atrio.desk.frame import show
from atrio.desk.repairs import groups
from atrio.desk.shops import shop_panels
from atrio.desk.words import Status, ago, span
from atrio.integrators.queries import MAY_KEEP_KEYS
from atrio.kernel.database import acting_as
from atrio.notices.actions import MAIL_SERVER, ask_mail_server
from atrio.notices.queries import MailLately, mail_lately
from atrio.onboarding.outages import count_held_up
from atrio.outside.actions import MAY_ASK, ask_now
from atrio.outside.queries import (
    PORTS,
    Lately,
    connections_through_faults,
    connections_visible_to,
    lately,
)
from atrio.timeline.systems import AskedByHand, CameBack, asked_by_hand

if TYPE_CHECKING:
    from atrio.outside.faults.control import RouteState
    from atrio.outside.models import Connection

FOLLOWS = "systems-follow"  # the part that htmx asks for, and only its states


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Knobs that were entered and could not be set."""

    route: str = ""
    typed: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@require_safe
@for_staff_outside
def systems(request: StaffRequest) -> HttpResponse:
    """Show the systems that the reader's business units ask; to htmx, only how they are."""
    return _show(request)


@require_POST
@for_staff
def ask(request: StaffRequest, code: str) -> HttpResponse:
    """Have a system asked at once."""
    ask_now(by=request.actor, connection=code, now=timezone.now())
    return redirect("desk:systems")


@require_POST
@for_staff
def ask_mail(request: StaffRequest) -> HttpResponse:
    """Have the mail server asked at once."""
    ask_mail_server(by=request.actor, now=timezone.now())
    return redirect("desk:systems")


@require_POST
@for_staff_outside
def turn(request: StaffRequest, route: str) -> HttpResponse:
    """Set the knobs of a route of the fault proxy."""
    try:
        errors = turn_knobs(route, request.POST)
    except NotTurned as refusal:
        messages.warning(request, str(refusal))
        return redirect("desk:systems")
    if errors:
        return _show(request, wrong=_Wrong(route, request.POST, errors), status=422)
    messages.success(request, _("Set. The next request meets it."))
    return redirect("desk:systems")


def _show(request: StaffRequest, *, wrong: _Wrong | None = None, status: int = 200) -> HttpResponse:
    only_states = request.headers.get("HX-Target") == FOLLOWS
    # Asked before the transaction begins: nothing waits for the network inside one.
    turned = Switches([]) if only_states else switches(request.actor)
    with acting_as(request.actor):
        shown = _systems(request, turned, wrong or _Wrong())
        context = {
            "systems": shown,
            "erp_switches": [] if only_states else erp_switches(request.actor),
            "shops": [] if only_states else shop_panels(request.actor),
            "unreachable": turned.unreachable,
            "refresh": 20,
            "may_keep_keys": request.actor.has_role(*MAY_KEEP_KEYS),
            "follows": ",".join(f"#state-{system['code']}" for system in shown if system["state"]),
            "every": "1s" if any(_is_being_asked(system) for system in shown) else "4s",
        }
        template = "desk/_systems.html" if only_states else "desk/systems.html"
        return show(request, template, context, here="systems", status=status)


def _systems(request: StaffRequest, turned: Switches, wrong: _Wrong) -> list[dict[str, Any]]:
    now = timezone.now()
    connections = sorted(connections_visible_to(request.actor), key=_place)
    answered = lately(connections, now=now)
    held_up = count_held_up(request.actor)
    asked = asked_by_hand(now=now)
    failing = defaultdict(list)
    for group in groups(request.actor):
        failing[group["system"]].append(group)
    routes = {route.name: route for route in turned.routes}
    behind = connections_through_faults() if routes else {}
    route_of = {row.code: name for name, row in behind.items()}
    may_ask = request.actor.has_role(*MAY_ASK)
    shown = []
    for row in connections:
        route = routes.pop(route_of.get(row.code, ""), None)
        shown.append(
            {
                "code": row.code,
                "title": row.get_port_display(),
                "product": f"{row.product} · {row.code}",
                "state": _state(row, answered[row.code], held_up[row.code], now)
                | _by_hand(asked.get(row.code), now)
                | {"failing": failing[row.code]},
                "ask": reverse("desk:ask", args=[row.code]) if may_ask else "",
                "switch": _switch(route, row, wrong) if route else None,
            }
        )
    mail = _mail(mail_lately(request.actor), now) | _by_hand(asked.get(MAIL_SERVER), now)
    shown.append(
        {
            "code": MAIL_SERVER,
            "title": _("Email"),
            "product": _("mail server"),
            "state": mail,
            "ask": reverse("desk:ask-mail") if may_ask and mail["may_be_asked"] else "",
            "switch": None,
        }
    )
    return shown + [
        _only_a_switch(route, behind.get(name), wrong) for name, route in routes.items()
    ]


def _place(row: Connection) -> tuple[int, str]:
    return PORTS.index(row.port), row.code


def _switch(route: RouteState, row: Connection | None, wrong: _Wrong) -> dict[str, Any]:
    is_wrong = route.name == wrong.route
    return switch(
        route,
        writes=bool(row and row.port in WRITTEN_TO),
        typed=wrong.typed if is_wrong else None,
        errors=wrong.errors if is_wrong else None,
    )


def _only_a_switch(route: RouteState, row: Connection | None, wrong: _Wrong) -> dict[str, Any]:
    """Return a system that none of the reader's units asks, but that may be broken here."""
    return {
        "code": route.name,
        "title": row.get_port_display() if row else route.name,
        "product": f"{row.product} · {row.code}" if row else "",
        "state": None,
        "ask": "",
        "switch": _switch(route, row, wrong),
    }


def _state(row: Connection, answered: Lately, held_up: int, now: datetime) -> dict[str, Any]:
    return {
        "status": _status(row, answered),
        "rests": _rest(row, now),
        "lines": [line for line in _figures(answered, now) if line],
        "held_up": ngettext(
            "%(count)s application waits because of it",
            "%(count)s applications wait because of it",
            held_up,
        )
        % {"count": held_up}
        if held_up
        else "",
    }


def _status(row: Connection, answered: Lately) -> Status:
    if row.rests_until is not None:
        return Status("bad", "plug-connected-x", _("does not answer"))
    if row.failures:
        times = ngettext(
            "did not answer once", "did not answer the last %(count)s times", row.failures
        )
        return Status("warn", "alert-triangle", times % {"count": row.failures})
    if answered.answered_at is None and not answered.asked:
        return Status("", "circle-dashed", _("not asked yet"))
    return Status("good", "circle-check", _("answers"))


def _rest(row: Connection, now: datetime) -> str:
    """Say that a silent system is left alone, and until when."""
    if row.rests_until is None or row.silent_since is None:
        return ""
    silent = {"time": span((now - row.silent_since).total_seconds())}
    if row.rests_until <= now:
        return _("Silent for %(time)s. We are asking it again.") % silent
    left = {"left": span((row.rests_until - now).total_seconds())}
    return _(
        "Silent for %(time)s. We leave it alone and ask again by ourselves in %(left)s;"
        " once it answers, everything goes on."
    ) % (silent | left)


def _figures(answered: Lately, now: datetime) -> list[dict[str, Any] | None]:
    hour = ngettext("asked once", "asked %(count)s times", answered.asked)
    if answered.silent:
        hour += ", " + ngettext("once in vain", "%(silent)s times in vain", answered.silent)
    return [
        {
            "name": _("Last answer"),
            "text": ago(answered.answered_at, now=now),
            "at": answered.answered_at,
        }
        if answered.answered_at
        else None,
        {
            "name": _("In the last hour"),
            "text": hour % {"count": answered.asked, "silent": answered.silent},
        }
        if answered.asked
        else None,
        {
            "name": _("How fast"),
            "text": _("usually %(median)s, 95 of 100 within %(p95)s")
            % {"median": _took(answered.median), "p95": _took(answered.p95)},
        }
        if answered.median is not None and answered.p95 is not None
        else None,
    ]


def _mail(found: MailLately, now: datetime) -> dict[str, Any]:
    if not found.is_used:
        status = Status("", "inbox", _("stays here"))
    elif found.waiting:
        status = Status("bad", "plug-connected-x", _("does not take our letters"))
    elif found.sent_at is None:
        status = Status("", "circle-dashed", _("not asked yet"))
    else:
        status = Status("good", "circle-check", _("takes our letters"))
    lines = []
    if found.sent_at and found.is_used:
        lines.append(
            {"name": _("Last letter"), "text": ago(found.sent_at, now=now), "at": found.sent_at}
        )
    if found.given_up:
        given_up = ngettext("%(count)s letter", "%(count)s letters", found.given_up)
        lines.append({"name": _("Given up"), "text": given_up % {"count": found.given_up}})
    held_up = ngettext(
        "%(count)s letter waits for its next try",
        "%(count)s letters wait for their next try",
        found.waiting,
    )
    return {
        "status": status,
        "rests": ""
        if found.is_used
        else _("No mail server is set up: letters are kept in the outbox."),
        "lines": lines,
        "held_up": held_up % {"count": found.waiting} if found.waiting else "",
        "may_be_asked": found.is_used,
    }


def _by_hand(asked: AskedByHand | None, now: datetime) -> dict[str, Any]:
    if asked is None:
        return {"asked": None}
    return {
        "asked": {
            "text": _came_back(asked.came_back),
            "who": _("asked by %(name)s") % {"name": asked.by},
            "when": ago(asked.at, now=now),
            "at": asked.at,
            "is_waiting": asked.came_back is None,
            "is_bad": asked.came_back is not None and not asked.came_back.answered,
            "request": asked.came_back.request if asked.came_back else "",
            "answer": asked.came_back.answer if asked.came_back else "",
        }
    }


def _came_back(came_back: CameBack | None) -> str:
    if came_back is None:
        return _("It is being asked …")
    took = {"time": _took(came_back.seconds), "error": came_back.error}
    if not came_back.answered:
        return _("No answer after %(time)s: %(error)s") % took
    if came_back.error:
        return _("It answered in %(time)s, but refused: %(error)s") % took
    return _("It answered in %(time)s.") % took


def _took(seconds: float) -> str:
    return (
        span(seconds)
        if seconds >= 1
        else _("%(count)s ms") % {"count": max(1, round(1000 * seconds))}
    )


def _is_being_asked(system: Mapping[str, Any]) -> bool:
    asked = system["state"] and system["state"]["asked"]
    return bool(asked and asked["is_waiting"])
