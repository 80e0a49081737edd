"""How people come in: what is asked of those who work here, and into which outside shops."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import show
from atrio.identity.openid import clients
from atrio.seller.actions import ask_for_second_factor
from atrio.seller.queries import own_units


@require_safe
@for_staff
def doors(request: StaffRequest) -> HttpResponse:
    """Show how people come in."""
    return _show(request)


@require_POST
@for_staff
def open_shop(request: StaffRequest) -> HttpResponse:
    """Let customers sign in to an outside shop, and show its secret this one time."""
    typed = {name: request.POST.get(name, "") for name in ("unit", "name", "start", "returns")}
    try:
        shop, secret = clients.open_shop(
            by=request.actor,
            unit=typed["unit"],
            name=typed["name"],
            returns=typed["returns"].split(),
            start=typed["start"].strip(),
            now=timezone.now(),
        )
    except clients.NotAShop as refused:
        return _show(request, typed=typed, wrong=str(refused), status=422)
    return _show(request, made={"id": shop.pk, "name": shop.name, "secret": secret})


@require_POST
@for_staff
def close_shop(request: StaffRequest, shop_id: str) -> HttpResponse:
    """Let nobody sign in to an outside shop any more."""
    clients.close_shop(by=request.actor, shop_id=shop_id, now=timezone.now())
    messages.success(request, _("Nobody signs in to that shop any more."))
    return redirect("desk:doors")


def _show(request: StaffRequest, *, status: int = 200, **more: object) -> HttpResponse:
    units = own_units(request.actor)
    names = {unit.code: unit.name for unit in units}
    context = {
        "units": units,
        "is_asked_of_all": settings.ATRIO_STAFF_SECOND_FACTOR,
        "issuer": request.build_absolute_uri("/").rstrip("/"),
        "shops": [
            {
                "id": shop.pk,
                "name": shop.name,
                "unit": names.get(clients.unit_of(shop), ""),
                "start": clients.start_of(shop),
                "returns": shop.get_redirect_uris(),
            }
            for shop in clients.shops_visible_to(request.actor)
        ],
    }
    return show(request, "desk/doors.html", context | more, here="doors", status=status)


@require_POST
@for_staff
def second_factor(request: StaffRequest, unit: str) -> HttpResponse:
    """Say whether everybody who works for a unit must show a second factor."""
    is_asked = request.POST.get("is_asked") == "yes"
    ask_for_second_factor(by=request.actor, unit=unit, is_asked=is_asked, now=timezone.now())
    if is_asked:
        said = _("From now on everybody who works there shows a second factor, you included.")
    else:
        said = _("A second factor is each person's own choice there now.")
    messages.success(request, said)
    return redirect("desk:doors")
