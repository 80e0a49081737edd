"""The systems around us, and the knobs of the proxy that stands before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff_outside
from atrio.desk.frame import show
from atrio.desk.words import Status, Text
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotFound, OutsideBusy, OutsideError, OutsideFailure
from atrio.onboarding.queue import count_waiting
from atrio.outside.faults.control import FaultProxy, RouteState
from atrio.outside.faults.knobs import Knobs
from atrio.outside.faults.presets import PRESETS, preset_of
from atrio.outside.queries import connections_through_faults

if TYPE_CHECKING:
    from atrio.outside.models import Connection

MAY_TURN = ("admin", "associate")

_PRESETS: Mapping[str, Text] = {
    "well": gettext_lazy("All well"),
    "slow": gettext_lazy("Slow"),
    "shaky": gettext_lazy("Every second request fails"),
    "executes": gettext_lazy("Executes, then times out"),
    "garbage": gettext_lazy("Garbage"),
    "drip": gettext_lazy("Slow drip"),
    "down": gettext_lazy("Down"),
}
# Reading twice does no harm: losing the answer is only worth showing where something is written.
_ONLY_WHERE_WRITTEN = frozenset({"executes"})
_WRITTEN_TO = frozenset({"erp", "crm", "sms"})


@dataclass(frozen=True, slots=True)
class Knob:
    """One number of the form; `scale` times what people enter is what the proxy takes."""

    name: str
    label: Text
    unit: str
    minimum: float
    maximum: float
    step: str
    scale: float = 1
    whole: bool = False


_KNOBS = (
    Knob("latency", gettext_lazy("Delay"), "s", 0, 600, "0.1"),
    Knob("jitter", gettext_lazy("Delay, up to so much more"), "s", 0, 600, "0.1"),
    Knob("error_rate", gettext_lazy("Fails"), "%", 0, 100, "1", scale=0.01),
    Knob("error_status", gettext_lazy("… with the status"), "", 400, 599, "1", whole=True),
    Knob(
        "execute_then_timeout",
        gettext_lazy("Executes, never answers"),
        "%",
        0,
        100,
        "1",
        scale=0.01,
    ),
    Knob("garbage", gettext_lazy("Answers with noise"), "%", 0, 100, "1", scale=0.01),
    Knob("slow_drip", gettext_lazy("Slow drip"), "B/s", 0, 86_400, "1"),
    Knob("times", gettext_lazy("Only so many requests (0: all)"), "", 0, 86_400, "1", whole=True),
)


@require_safe
@for_staff_outside(*MAY_TURN)
def faults(request: StaffRequest) -> HttpResponse:
    """Show every system behind the proxy with its knobs."""
    _only_with_a_proxy()
    return _show(request)


@require_POST
@for_staff_outside(*MAY_TURN)
def turn(request: StaffRequest, route: str) -> HttpResponse:
    """Set a route's knobs, by a preset or one by one."""
    _only_with_a_proxy()
    preset = request.POST.get("preset", "")
    if preset:
        if preset not in PRESETS:
            raise NotFound(_("There is no such preset."))
        wanted: dict[str, Any] = PRESETS[preset].to_json()
        errors: dict[str, str] = {}
    else:
        wanted, errors = _read(request)
    if errors:
        return _show(request, wrong=route, errors=errors, status=422)
    try:
        _proxy().set(route, **wanted)
    except OutsideBusy:
        messages.warning(request, _("The fault proxy cannot be reached; nothing was changed."))
    except OutsideFailure as error:
        if error.code == "not_found":
            raise NotFound(_("There is no such system.")) from error
        raise
    else:
        messages.success(request, _("Set. The next request meets it."))
    return redirect("desk:faults")


def _only_with_a_proxy() -> None:
    if not (settings.ATRIO_DEMO or settings.ATRIO_FAULT_PROXY):
        raise NotFound(_("There is no such page."))


def _proxy() -> FaultProxy:
    return FaultProxy(settings.ATRIO_FAULT_PROXY, settings.ATRIO_FAULTS_TOKEN)


def _routes() -> tuple[list[RouteState], str]:
    if not settings.ATRIO_FAULT_PROXY:
        return [], _("No fault proxy runs here: ATRIO_FAULT_PROXY names none.")
    try:
        return _proxy().routes(), ""
    except OutsideError as error:
        return [], _("The fault proxy cannot be asked: %(reason)s") % {"reason": error}


def _show(
    request: StaffRequest,
    *,
    wrong: str = "",
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    # Asked before the transaction begins: nothing waits for the network inside one.
    routes, unreachable = _routes()
    with acting_as(request.actor):
        connections = connections_through_faults()
        waiting = count_waiting(request.actor, "associate")
    shown = [
        _system(
            route,
            connections.get(route.name),
            typed=request.POST if route.name == wrong else {},
            errors=(errors or {}) if route.name == wrong else {},
        )
        for route in routes
    ]
    context = {"connections": shown, "unreachable": unreachable}
    return show(request, "desk/faults.html", context, here="faults", waiting=waiting, status=status)


def _system(
    route: RouteState,
    connection: Connection | None,
    *,
    typed: Mapping[str, Any],
    errors: Mapping[str, str],
) -> dict[str, Any]:
    requests = ngettext("%(count)s request", "%(count)s requests", route.requests)
    return {
        "code": route.name,
        "title": connection.get_port_display() if connection else route.name,
        "product": f"{connection.product} · {connection.code}" if connection else "",
        "address": route.target,
        "status": _status(route.knobs),
        "requests": requests % {"count": route.requests},
        "action": reverse("desk:turn", args=[route.name]),
        "presets": _presets(route, writes=bool(connection and connection.port in _WRITTEN_TO)),
        "knobs": _fields(route, typed, errors),
        "is_down": route.knobs.down,
        "is_open": bool(errors) or not preset_of(route.knobs),
    }


def _status(knobs: Knobs) -> Status:
    if knobs.are_neutral:
        return Status("good", "circle-check", _("works"))
    if knobs.down:
        return Status("bad", "plug-connected-x", _("down"))
    return Status("warn", "alert-triangle", _("misbehaves"))


def _presets(route: RouteState, *, writes: bool) -> list[dict[str, Any]]:
    current = preset_of(route.knobs)
    return [
        {"value": name, "text": text, "is_current": name == current}
        for name, text in _PRESETS.items()
        if writes or name not in _ONLY_WHERE_WRITTEN
    ]


def _fields(
    route: RouteState, typed: Mapping[str, Any], errors: Mapping[str, str]
) -> list[dict[str, Any]]:
    held = asdict(route.knobs)
    return [
        {
            "name": knob.name,
            "id": f"{route.name}-{knob.name}",
            "label": knob.label,
            "unit": knob.unit,
            # As text: an input of numbers wants a point in every language.
            "value": typed.get(knob.name, f"{held[knob.name] / knob.scale:g}"),
            "minimum": f"{knob.minimum:g}",
            "maximum": f"{knob.maximum:g}",
            "step": knob.step,
            "error": errors.get(knob.name, ""),
        }
        for knob in _KNOBS
    ]


def _read(request: StaffRequest) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the knobs as the proxy takes them, and what is wrong with those it would not."""
    wanted: dict[str, Any] = {"down": request.POST.get("down") == "yes", "only": ""}
    errors: dict[str, str] = {}
    for knob in _KNOBS:
        try:
            number = float(request.POST.get(knob.name, ""))
        except ValueError:
            errors[knob.name] = _("This is not a number.")
            continue
        # Written so that NaN, which compares with nothing, is refused as well.
        if not knob.minimum <= number <= knob.maximum or (knob.whole and number % 1):
            errors[knob.name] = _("From %(minimum)s to %(maximum)s.") % {
                "minimum": f"{knob.minimum:g}",
                "maximum": f"{knob.maximum:g}",
            }
            continue
        wanted[knob.name] = int(number) if knob.whole else round(number * knob.scale, 4)
    return wanted, errors
