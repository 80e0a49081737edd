"""The knobs of the proxy that stands before outside systems, as the systems page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from atrio.desk.roles import MAY_TURN
from atrio.desk.words import Status, Text
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, OutsideBusy, OutsideError, OutsideFailure, Refused
from atrio.outside.faults.control import FaultProxy, RouteState
from atrio.outside.faults.knobs import Knobs
from atrio.outside.faults.presets import PRESETS, preset_of

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
WRITTEN_TO = frozenset({"erp", "crm", "sms", "shop"})


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


class NotTurned(Refused):
    """The proxy could not be told."""


@dataclass(frozen=True, slots=True)
class Switches:
    """What the proxy says: its routes, or why it cannot be asked."""

    routes: list[RouteState]
    unreachable: str = ""


NO_SWITCHES = Switches([])


def switches(by: Actor) -> Switches:
    """Ask the proxy how its knobs stand, for those who may turn them; none where there is none.

    Over the network: never inside a transaction.
    """
    if not (_has_a_proxy() and by.has_role(*MAY_TURN)):
        return NO_SWITCHES
    if not settings.ATRIO_FAULT_PROXY:
        return Switches([], _("No fault proxy runs here: ATRIO_FAULT_PROXY names none."))
    try:
        return Switches(_proxy().routes())
    except OutsideError as error:
        return Switches([], _("The fault proxy cannot be asked: %(reason)s") % {"reason": error})


def turn_knobs(route: str, posted: Mapping[str, Any]) -> dict[str, str]:
    """Set a route's knobs, by a preset or one by one; return what is wrong with them, by name.

    Raises NotFound, NotTurned.
    """
    if not _has_a_proxy():
        raise NotFound(_("There is no such page."))
    preset = posted.get("preset", "")
    if preset:
        if preset not in PRESETS:
            raise NotFound(_("There is no such preset."))
        wanted: dict[str, Any] = PRESETS[preset].to_json()
    else:
        wanted, errors = _read(posted)
        if errors:
            return errors
    try:
        _proxy().set(route, **wanted)
    except OutsideBusy as error:
        raise NotTurned(_("The fault proxy cannot be reached; nothing was changed.")) from error
    except OutsideFailure as error:
        if error.code == "not_found":
            raise NotFound(_("There is no such system.")) from error
        raise
    return {}


def _has_a_proxy() -> bool:
    return bool(settings.ATRIO_DEMO or settings.ATRIO_FAULT_PROXY)


def _proxy() -> FaultProxy:
    return FaultProxy(settings.ATRIO_FAULT_PROXY, settings.ATRIO_FAULTS_TOKEN)


def switch(
    route: RouteState,
    *,
    writes: bool,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a route with its knobs as the page shows them."""
    requests = ngettext("%(count)s request", "%(count)s requests", route.requests)
    return {
        "address": route.target,
        "status": _status(route.knobs),
        "requests": requests % {"count": route.requests},
        "action": reverse("desk:turn", args=[route.name]),
        "presets": _presets(route, writes=writes),
        "knobs": _fields(route, typed or {}, errors or {}),
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


def _read(posted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the knobs as the proxy takes them, and what is wrong with those it would not."""
    wanted: dict[str, Any] = {"down": posted.get("down") == "yes", "only": ""}
    errors: dict[str, str] = {}
    for knob in _KNOBS:
        try:
            number = float(posted.get(knob.name, ""))
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
