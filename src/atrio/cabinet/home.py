"""Home: what waits for the customer, then what is usual."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atrio.cabinet.access import MemberRequest, for_members
from atrio.cabinet.credit import credit_line
from atrio.cabinet.frame import show
from atrio.cabinet.requests import open_requests
from atrio.cabinet.words import ago, initials
from atrio.identity.openid.clients import ways_into_shops
from atrio.parties.queries import Seat
from atrio.seller.queries import sales_manager_of


@require_safe
@for_members
def show_home(request: MemberRequest) -> HttpResponse:
    """Show the cabinet's first page."""
    context = {
        "todo": [*open_requests(request.actor, request.seat.account.pk), *_todo(request.seat)],
        "shortcuts": [
            {"icon": "search", "text": _("Find an article"), "url": reverse("cabinet:catalogue")},
            _about_us(request.seat),
        ],
        "shops": ways_into_shops(request.seat.unit.code),
        "news": _news(request.seat),
        "manager": manager_of(request.seat.unit.code),
        "credit": credit_line(request),
    }
    return show(request, "cabinet/home.html", context, here="home")


def _about_us(seat: Seat) -> dict[str, str]:
    url = reverse("cabinet:company")
    if seat.entity.is_person:
        return {"icon": "user", "text": _("My details"), "url": url}
    return {"icon": "building", "text": _("My company"), "url": url}


def _todo(seat: Seat) -> list[dict[str, str]]:
    if seat.account.first_price_at:
        return []
    return [
        {
            "icon": "tag",
            "title": _("Your prices are ready"),
            "text": _("Have a look at the shop with the prices of your own company."),
            "url": reverse("cabinet:catalogue"),
            "action": _("See my prices"),
        }
    ]


def _news(seat: Seat) -> list[dict[str, Any]]:
    account, now = seat.account, timezone.now()
    happened = [
        ("tag", _("You saw your own prices for the first time"), account.first_price_at),
        ("building-store", _("Your account was opened"), account.opened_at),
    ]
    return [
        {"icon": icon, "what": what, "at": at, "when": ago(at, now=now)}
        for icon, what, at in happened
        if at
    ]


def manager_of(unit: str) -> dict[str, str] | None:
    """Return whom a unit's customers may write to, None if it has no sales manager."""
    manager = sales_manager_of(unit)
    if manager is None:
        return None
    name, email = str(manager.user), manager.user.email
    return {"name": name, "initials": initials(name), "email": email}
