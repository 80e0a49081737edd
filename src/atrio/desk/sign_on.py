"""Company sign-on, as administrators keep it: of our own units, and of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import show
from atrio.kernel.errors import NotFound, Refused
from atrio.parties.queries import accounts_visible_to
from atrio.seller.queries import own_units
from atrio.sign_on.actions import NoProvider, open_provider
from atrio.sign_on.queries import Provider, providers_visible_to
from atrio.sign_on.shown import KINDS, shown, take

if TYPE_CHECKING:
    from atrio.seller.models import BusinessUnit


@require_safe
@for_staff
def providers(request: StaffRequest) -> HttpResponse:
    """List the companies whose people come in by their own sign-in."""
    return _show(request)


@require_POST
@for_staff
def open_one(request: StaffRequest) -> HttpResponse:
    """Write down a company's sign-on, for one's own units or for a customer by its number."""
    typed = {name: request.POST.get(name, "") for name in ("name", "kind", "number")}
    try:
        made = open_provider(
            by=request.actor,
            name=typed["name"],
            kind=typed["kind"],
            account_id=_account(request, typed["number"].strip()),
            business_units=request.POST.getlist("unit"),
            now=timezone.now(),
        )
    except NoProvider as refused:
        return _show(request, typed=typed, wrong=str(refused), status=422)
    return redirect("desk:sign-on-one", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def one(request: StaffRequest, provider_id: UUID) -> HttpResponse:
    """Show one, and take what is said of it."""
    if request.method == "POST":
        try:
            told = take(request, request.actor, provider_id, timezone.now())
            messages.success(request, told)
        except NotFound:
            raise
        except Refused as refused:
            messages.warning(request, str(refused))
    found = providers_visible_to(request.actor).filter(pk=provider_id).first()
    if request.method == "POST":
        return redirect("desk:sign-on-one", found.pk) if found else redirect("desk:sign-on")
    if found is None:
        raise NotFound(_("There is no such sign-on."))
    whose = _whose(request, [found], own_units(request.actor))
    context = shown(request, found) | {"whose": whose[found.pk]}
    return show(request, "desk/sign_on_one.html", context, here="doors")


def _show(request: StaffRequest, *, status: int = 200, **more: object) -> HttpResponse:
    found = list(providers_visible_to(request.actor).order_by("name", "id")[:200])
    units = own_units(request.actor)
    whose = _whose(request, found, units)
    context = {
        "units": units,
        "kinds": KINDS,
        "rows": [{"provider": each, "whose": whose[each.pk]} for each in found],
    }
    return show(request, "desk/sign_on.html", context | more, here="doors", status=status)


def _whose(
    request: StaffRequest, found: list[Provider], units: list[BusinessUnit]
) -> dict[UUID, str]:
    """Return in words to whom each belongs."""
    own = {unit.code: unit.name for unit in units}
    wanted = [each.account_id for each in found if each.account_id]
    accounts = accounts_visible_to(request.actor).filter(pk__in=wanted) if wanted else ()
    names = {account.pk: account.name for account in accounts}
    return {
        each.pk: names.get(each.account_id, "")
        if each.account_id
        else ", ".join(own.get(code, code) for code in each.business_units)
        for each in found
    }


def _account(request: StaffRequest, number: str) -> UUID | None:
    """Return the customer with a number, None for no number. Raises NoProvider."""
    if not number:
        return None
    visible = accounts_visible_to(request.actor)
    found = list(visible.filter(customer_number=number).values_list("pk", flat=True)[:2])
    if len(found) != 1:
        raise NoProvider(_("No customer of yours has this number."))
    return found[0]
