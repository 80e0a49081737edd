"""Choosing the legal entity that the pages speak of."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from atrio.cabinet.access import MemberRequest, choose, for_members
from atrio.kernel.errors import NotFound


@require_POST
@for_members
def switch(request: MemberRequest) -> HttpResponse:
    """Speak of another of the member's own legal entities from here on."""
    wanted = request.POST.get("entity", "")
    chosen = next((one for one in request.seat.entities if str(one.pk) == wanted), None)
    if chosen is None:
        raise NotFound(_("There is no such company."))
    choose(request, chosen.pk)
    return redirect("cabinet:home")
