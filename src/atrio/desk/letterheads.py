"""On what a business unit writes, and when it disturbs nobody, with a letter beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import show
from atrio.desk.sandbox import framed, framing, with_logo
from atrio.kernel.errors import NotFound
from atrio.notices.dressing import as_html
from atrio.notices.letterhead import logo_of, on_paper
from atrio.seller.actions import set_paper
from atrio.seller.queries import own_units, paper_of
from atrio.seller.rules import Paper, wrong_with

if TYPE_CHECKING:
    from atrio.seller.models import BusinessUnit

_LONGEST = {"brand": 80, "sender": 254, "accent": 7, "host": 253, "logo": 120, "sms_sender": 16}
_HOURS = ("quiet_from", "quiet_until")
_FIELDS = (*_LONGEST, *_HOURS)


@require_safe
@for_staff
def letterheads(request: StaffRequest) -> HttpResponse:
    """Go to the letterhead of the first business unit; the others are named there."""
    return redirect("desk:letterhead", min(request.actor.business_units))


@require_http_methods(["GET", "HEAD", "POST"])
@framing
@for_staff
def letterhead(request: StaffRequest, unit: str) -> HttpResponse:
    """Show a unit's letterhead; take another one, or only show what it would look like."""
    units = own_units(request.actor)
    found = _unit(units, unit)
    if request.method != "POST":
        return _show(request, found, units, _said(found))
    typed = {name: _typed(request.POST, name) for name in _FIELDS}
    paper, wrong = read_paper(typed)
    if paper is None or "look" in request.POST:
        status = 422 if wrong else 200
        return _show(request, found, units, typed, wrong=wrong, is_tried=not wrong, status=status)
    set_paper(by=request.actor, unit=unit, paper=paper, now=timezone.now())
    messages.success(request, _("Saved. Messages that are not sent yet look like this, too."))
    return redirect("desk:letterhead", unit)


@require_safe
@framed
@for_staff
def letterhead_html(request: StaffRequest, unit: str) -> HttpResponse:
    """Return a letter on the unit's paper, or on the one that the address describes."""
    found = _unit(own_units(request.actor), unit)
    said = _said(found) | {n: _typed(request.GET, n) for n in _FIELDS if n in request.GET}
    paper, _wrong = read_paper(said)
    if paper is None:
        raise NotFound(_("There is no such page."))
    head = on_paper(found, paper)
    page = as_html(
        subject=head.brand,
        text=_(
            "Hello Alice Prado,\n\nthis is what our letters look like.\n\n%(url)s\n\n"
            "Reference: K7M2-9QXA"
        )
        % {"url": settings.PUBLIC_URL},
        html="",
        language=get_language() or "en",
        head=head,
    )
    return HttpResponse(with_logo(page, head.logo))


def read_paper(said: Mapping[str, str]) -> tuple[Paper | None, dict[str, str]]:
    """Return the paper that was typed, or what is wrong with it by the name of the input."""
    wrong: dict[str, str] = {}
    hours = dict.fromkeys(_HOURS, time(0))
    for name in _HOURS:
        try:
            hours[name] = time.fromisoformat(said[name])
        except ValueError:
            wrong[name] = _("This is not a time.")
    try:
        validate_email(said["sender"])
    except ValidationError:
        wrong["sender"] = _("This is no address that one can write to.")
    if said["logo"] and not logo_of(said["logo"]):
        wrong["logo"] = _("There is no picture of this name among the static files (PNG).")
    paper = Paper(
        brand=said["brand"],
        sender=said["sender"],
        host=said["host"].lower(),
        accent=said["accent"].lower(),
        logo=said["logo"],
        sms_sender=said["sms_sender"],
        quiet_from=hours["quiet_from"].replace(tzinfo=None),
        quiet_until=hours["quiet_until"].replace(tzinfo=None),
    )
    for name in wrong_with(paper) - wrong.keys():
        wrong[name] = _hint(name)
    return (None if wrong else paper), wrong


def _hint(name: str) -> str:
    if name == "host":
        return _("A name on the net, as kunden.example.com, without https://.")
    if name == "accent":
        return _("A colour looks like this: #08756c")
    if name == "sms_sender":
        return _("A number, or at most 11 letters and digits.")
    return _("On one line, please.")


def _unit(units: list[BusinessUnit], code: str) -> BusinessUnit:
    for unit in units:
        if unit.code == code:
            return unit
    raise NotFound(_("There is no such business unit."))


def _typed(posted: Mapping[str, str], name: str) -> str:
    return posted.get(name, "").strip()[: _LONGEST.get(name, 8)]


def _said(unit: BusinessUnit) -> dict[str, str]:
    paper = paper_of(unit)
    words = {name: str(getattr(paper, name)) for name in _LONGEST}
    hours = {name: getattr(paper, name).strftime("%H:%M") for name in _HOURS}
    return words | hours


def _show(
    request: StaffRequest,
    unit: BusinessUnit,
    units: list[BusinessUnit],
    said: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    is_tried: bool = False,
    status: int = 200,
) -> HttpResponse:
    preview = reverse("desk:letterhead-html", args=[unit.code])
    context = {
        "unit": {"name": unit.name, "time_zone": unit.time_zone},
        "units": [
            {
                "name": each.name,
                "url": reverse("desk:letterhead", args=[each.code]),
                "is_current": each == unit,
            }
            for each in units
        ],
        "fields": [
            {
                "name": name,
                "label": label,
                "help": hint,
                "kind": "time" if name in _HOURS else "text",
                "value": said[name],
                "error": (wrong or {}).get(name, ""),
            }
            for name, label, hint in _labels()
        ],
        "action": request.path,
        "preview": f"{preview}?{urlencode(said)}" if is_tried else preview,
        "is_tried": is_tried,
    }
    return show(request, "desk/letterhead.html", context, here="outbox", status=status)


def _labels() -> list[tuple[str, str, str]]:
    house = {"brand": settings.ATRIO_BRAND}
    return [
        ("brand", _("Name on the letter"), _("Empty: %(brand)s.") % house),
        ("sender", _("Sender"), _("Answers come to this address.")),
        (
            "host",
            _("Own name on the net"),
            _("As kunden.example.com: whoever comes in there sees only this unit. Empty: none."),
        ),
        (
            "accent",
            _("Colour"),
            _("Of buttons and marks on pages and in letters, as #08756c. Made readable by itself."),
        ),
        ("logo", _("Logo"), _("A static file, PNG. Empty: the name in words.")),
        ("sms_sender", _("Sender of text messages"), _hint("sms_sender")),
        ("quiet_from", _("Quiet from"), _("Text messages and reminders wait until the morning.")),
        ("quiet_until", _("Quiet until"), _("The same as “from”: there are no quiet hours.")),
    ]
