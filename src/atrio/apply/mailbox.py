"""The demo's mailbox: what an applicant would find in their own. Nowhere else does it exist."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atrio.apply.access import for_applicant
from atrio.kernel.actors import Actor
from atrio.kernel.database import set_context
from atrio.kernel.errors import NotFound
from atrio.notices.queries import messages_visible_to
from atrio.onboarding.queries import Application, get_application
from atrio.onboarding.tokens import token_for
from atrio.seller.queries import business_unit


def mailbox_url(application: Application) -> str:
    """Return where the demo shows an applicant's mail, "" outside the demo."""
    if not settings.ATRIO_DEMO:
        return ""
    return reverse("apply:mailbox", kwargs={"token": token_for(application.pk)})


@require_safe
@for_applicant
def show(request: HttpRequest, by: Actor) -> HttpResponse:
    """Show the messages of one application, newest first. In the demo only."""
    if not settings.ATRIO_DEMO:
        raise NotFound(_("There is no such page."))
    application = get_application(by=by)
    # Messages are for staff's eyes; here the applicant looks through them.
    units = frozenset({application.business_unit})
    postman = Actor(kind="staff", id="demo", label="Demo", business_units=units)
    set_context(postman)
    found = list(messages_visible_to(postman).filter(application_id=application.pk))
    set_context(by)
    unit = business_unit(application.business_unit)
    with timezone.override(ZoneInfo(unit.time_zone)):
        return render(request, "apply/mailbox.html", {"application": application, "mails": found})
