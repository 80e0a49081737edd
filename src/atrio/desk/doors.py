"""How people come in: what is asked of those who work here."""

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
from atrio.seller.actions import MAY_KEEP_DOORS, ask_for_second_factor
from atrio.seller.queries import own_units


@require_safe
@for_staff(*MAY_KEEP_DOORS)
def doors(request: StaffRequest) -> HttpResponse:
    """Show how people come in."""
    context = {
        "units": own_units(request.actor),
        "is_asked_of_all": settings.ATRIO_STAFF_SECOND_FACTOR,
    }
    return show(request, "desk/doors.html", context, here="doors")


@require_POST
@for_staff(*MAY_KEEP_DOORS)
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
