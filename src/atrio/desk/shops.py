"""Shops elsewhere: which one a unit's customers buy in, how far it is behind, what it refuses."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.words import Status, ago
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.seller.queries import own_units
from atrio.trade.shops.actions import MAY_CHOOSE_SHOP, MAY_TRY_AGAIN, choose_shop, try_again
from atrio.trade.shops.queries import Refusal, UnitsShop, in_shops, shops_for, units_shops


@require_POST
@for_staff
def choose(request: StaffRequest, unit: str) -> HttpResponse:
    """Let a unit's customers buy in the shop that was chosen."""
    try:
        found = choose_shop(
            by=request.actor, unit=unit, shop=request.POST.get("shop", ""), now=timezone.now()
        )
    except NotFound:
        raise
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        said = {"unit": found.name, "shop": found.shop}
        if found.shop:
            text = _("%(shop)s is told of all customers of %(unit)s now, in the background.")
        else:
            text = _("Customers of %(unit)s buy in our own shop alone now.")
        messages.success(request, text % said)
    return redirect("desk:systems")


@require_POST
@for_staff
def again(request: StaffRequest, row_id: UUID) -> HttpResponse:
    """Have a shop told of a customer once more."""
    count = try_again(by=request.actor, row_id=row_id, now=timezone.now())
    said = ngettext(
        "The shop is told of %(count)s customer once more.",
        "The shop is told of %(count)s customers once more.",
        count,
    )
    messages.success(request, said % {"count": count})
    return redirect("desk:systems")


def shop_panels(by: Actor) -> list[dict[str, Any]]:
    """Return the units that have a shop elsewhere, or for which this reader may choose one."""
    now = timezone.now()
    may_choose, may_again = by.has_role(*MAY_CHOOSE_SHOP), by.has_role(*MAY_TRY_AGAIN)
    choices = shops_for(by) if may_choose else {}
    behind = {one.unit.code: one for one in units_shops(by)}
    return [
        {
            "name": unit.name,
            "id": f"shop-of-{unit.code}",
            "action": reverse("desk:choose-shop", args=[unit.code]),
            "shops": [
                {"value": "", "text": _("Our own shop alone"), "is_current": not unit.shop},
                *(
                    {
                        "value": row.code,
                        "text": f"{row.product} · {row.code}",
                        "is_current": row.code == unit.shop,
                    }
                    for row in choices[unit.code]
                ),
            ]
            if choices.get(unit.code)
            else [],
            "state": _behind(behind[unit.code], now, may_again=may_again) if unit.shop else None,
        }
        for unit in own_units(by)
        if unit.shop or choices.get(unit.code)
    ]


def shops_of_account(by: Actor, account_id: UUID | None, *, now: datetime) -> list[dict[str, Any]]:
    """Return what shops elsewhere know of an application's account."""
    if account_id is None:
        return []
    may_again = by.has_role(*MAY_TRY_AGAIN)
    return [
        {
            "shop": row.shop,
            "number": row.outside_id,
            "status": _status(row.state, (row.told or {}).get("state", "")),
            "error": row.error,
            "when": ago(row.changed_at, now=now),
            "at": row.changed_at,
            "again": reverse("desk:shop-again", args=[row.pk])
            if may_again and row.state != row.State.TOLD
            else "",
        }
        for row in in_shops(by, account_id)
    ]


def _status(state: str, told: str) -> Status:
    if state == "refused":
        return Status("bad", "alert-triangle", _("refused: a person has to look"))
    if state == "busy":
        return Status("warn", "hourglass", _("waits for the shop's answer"))
    if told == "open":
        return Status("good", "circle-check", _("open there"))
    if told == "waiting":
        return Status("", "hourglass", _("known there, not open yet"))
    return Status("warn", "lock", _("blocked there"))


def _who(refusal: Refusal) -> str:
    """Name the customers of whom a shop says the same: some of them, and how many more."""
    names, more = ", ".join(refusal.names), refusal.count - len(refusal.names)
    if more <= 0:
        return names
    said = ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", more)
    return said % {"names": names, "count": more}


def _behind(found: UnitsShop, now: datetime, *, may_again: bool) -> dict[str, Any]:
    told = ngettext("knows %(count)s customer", "knows %(count)s customers", found.told)
    waiting = ngettext(
        "is being told of %(count)s customer", "is being told of %(count)s customers", found.waiting
    )
    return {
        "shop": found.shop,
        "told": told % {"count": found.told},
        "waiting": waiting % {"count": found.waiting} if found.waiting else "",
        "refused": [
            {
                "who": _who(one),
                "error": one.error,
                "when": ago(one.at, now=now),
                "at": one.at,
                "again": reverse("desk:shop-again", args=[one.row_id]) if may_again else "",
            }
            for one in found.refused
        ],
    }
