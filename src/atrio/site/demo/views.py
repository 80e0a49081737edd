"""Being one of the demonstration's people, by one click and without a code."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from atrio.identity.actions import sign_in
from atrio.identity.queries import users_by_email
from atrio.kernel.errors import NotFound
from atrio.site.demo.personas import PERSONAS, Persona


def people() -> list[Persona]:
    """Return whom one may sign in as here and now: nobody outside the demo."""
    if not settings.ATRIO_DEMO:
        return []
    known = users_by_email(persona.email for persona in PERSONAS)
    return [persona for persona in PERSONAS if persona.email in known]


@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Sign in as a persona. Outside the demo, and for anybody else, there is no such page."""
    wanted = request.POST.get("email", "")
    if wanted not in {persona.email for persona in people()}:
        raise NotFound(_("There is no such page."))
    sign_in(request, users_by_email([wanted])[wanted])
    return redirect("home")
