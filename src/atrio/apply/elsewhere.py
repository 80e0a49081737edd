"""Go on on another device: the link by letter, to an address that is known or one that is typed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from atrio.apply.access import for_applicant, place_of, visit_of, visitor
from atrio.apply.mailbox import mailbox_url
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding import queries
from atrio.onboarding.actions import ask_for_links, note_view, send_link
from atrio.onboarding.actions.send_link import NotAnAddress
from atrio.onboarding.tokens import token_for

ASKED = "asked"


@require_http_methods(["GET", "HEAD", "POST"])
@for_applicant
def elsewhere(request: HttpRequest, by: Actor) -> HttpResponse:
    """Offer the link to one's own application by letter; posted to, send it."""
    application = queries.get_application(by=by)
    token = token_for(application.pk)
    if request.method == "POST":
        _send(request, by)
        return redirect("apply:elsewhere", token=token)
    if application.finished_at:
        return redirect("apply:resume", token=token)
    where = place_of(application, step="elsewhere")
    note_view(by=by, where=where, now=timezone.now(), application=application)
    context = {
        "application": application,
        "token": token,
        "to": masked(queries.proved_email(application)),
        "outbox_url": mailbox_url(application),
    }
    return render(request, "apply/elsewhere.html", context)


def _send(request: HttpRequest, by: Actor) -> None:
    try:
        email = send_link(by=by, now=timezone.now())
    except NotFound:
        raise
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The link is on its way to %s.") % masked(email))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Ask for an address, and say the same whatever there is under it."""
    context = {"email": "", "error": "", "was_asked": ASKED in request.GET}
    if request.method == "POST":
        email = request.POST.get("email", "").replace("\0", "")
        try:
            with acting_as(visitor(request)):
                ask_for_links(email=email, visit=visit_of(request), now=timezone.now())
        except NotAnAddress as refused:
            context |= {"email": email, "error": str(refused)}
        else:
            return redirect(f"{reverse('apply:continue')}?{ASKED}")
    return render(request, "apply/continue.html", context, status=422 if context["error"] else 200)


def masked(email: str) -> str:
    """Return an address so that its owner knows it and nobody else learns it."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}•••@{host}" if email else ""
