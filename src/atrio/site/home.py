"""Where everybody goes who has signed in: their own part of the house."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from atrio.seller.queries import staff_actor


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send staff to the desk and everybody else to the cabinet."""
    works_here = staff_actor(request.user.pk, str(request.user)) if request.user.pk else None
    return redirect("desk:queue" if works_here else "cabinet:home")
