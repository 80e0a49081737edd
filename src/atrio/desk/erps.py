"""The one switch for a business unit's ERP: in which its next customers are made."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from atrio.desk.access import StaffRequest, for_staff
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding.actions.choose_erp import MAY_CHOOSE_ERP, choose_erp
from atrio.outside.queries import erps_for
from atrio.seller.queries import own_units


@require_POST
@for_staff
def choose(request: StaffRequest, unit: str) -> HttpResponse:
    """Let a unit's next customers be made in the ERP that was chosen."""
    try:
        found = choose_erp(
            by=request.actor, unit=unit, erp=request.POST.get("erp", ""), now=timezone.now()
        )
    except NotFound:
        raise
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        said = {"unit": found.name, "erp": found.erp}
        messages.success(request, _("New customers of %(unit)s are made in %(erp)s now.") % said)
    return redirect("desk:systems")


def erp_switches(by: Actor) -> list[dict[str, Any]]:
    """Return the units for which this reader may choose between several ERPs."""
    if not by.has_role(*MAY_CHOOSE_ERP):
        return []
    choices = erps_for(by)
    return [
        {
            "name": unit.name,
            "id": f"erp-of-{unit.code}",
            "action": reverse("desk:choose-erp", args=[unit.code]),
            "erps": [
                {
                    "value": row.code,
                    "text": f"{row.product} · {row.code}",
                    "is_current": row.code == unit.erp,
                }
                for row in choices[unit.code]
            ],
        }
        for unit in own_units(by)
        if len(choices[unit.code]) > 1
    ]
