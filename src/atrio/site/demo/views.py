"""Being one of the demonstration's people by one click, and reading mail that went nowhere."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from atrio.identity.actions import let_in
from atrio.identity.queries import users_by_email
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotFound
from atrio.notices.queries import messages_visible_to
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
    return let_in(request, users_by_email([wanted])[wanted], how="persona", to=reverse("home"))


def outbox_url() -> str:
    """Return where the demo shows the mail with the code, "" outside the demo."""
    return reverse("demo_mailbox") if settings.ATRIO_DEMO else ""


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show what was mailed to the address with which somebody is signing in at this browser."""
    email = (request.session.get("account_login") or {}).get("email")
    if not settings.ATRIO_DEMO or not email:
        raise NotFound(_("There is no such page."))
    # Messages are for staff's eyes; here whoever waits for a code looks through them.
    postman = Actor(kind="staff", id="demo", label="Demo")
    with acting_as(postman):
        mails = list(messages_visible_to(postman).filter(to__iexact=email)[:10])
    return render(request, "apply/mailbox.html", {"mails": mails})
