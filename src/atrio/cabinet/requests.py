"""A colleague asks for access: an admin sees who, and decides, signed in or from the letter.

A letter's link only shows the request: programs that read mail follow links, too. What decides is
the button on the page, once.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from atrio.cabinet.access import MemberRequest, for_members
from atrio.cabinet.frame import show
from atrio.identity.queries import user_with
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.onboarding.actions import decide_access
from atrio.onboarding.queries import AccessRequest, access_requests_visible_to
from atrio.onboarding.tokens import access_asked_of
from atrio.parties.queries import is_admin_of, member_actor


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def decide(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Show a request to a signed-in admin; take their word."""
    if request.method != "POST":
        asked = _request(request.actor, request_id)
        context = {"request_": _shown(asked), "action": request.path}
        return show(request, "cabinet/request.html", context, here="home")
    try:
        text = _take(request, request.actor, request_id)
    except NotFound:
        raise
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, text)
    return redirect("cabinet:home")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def decide_by_letter(request: HttpRequest, letter: str) -> HttpResponse:
    """Show the request that a letter is about, and take its reader's word without a login."""
    request_id, user_id = access_asked_of(letter)
    with transaction.atomic():
        user = user_with(user_id)
        actor = member_actor(user.pk, str(user))
        if request.method == "POST":
            try:
                messages.success(request, _take(request, actor, request_id))
            except NotFound:
                raise
            except Refused as refusal:
                messages.warning(request, str(refusal))
            return redirect("cabinet:request-by-letter", letter)
        context = {"request_": _shown(_request(actor, request_id)), "action": request.path}
        return render(request, "cabinet/request_by_letter.html", context)


def open_requests(by: Actor, account_id: UUID) -> list[dict[str, str]]:
    """Return what waits for an admin of the account, as the cabinet's first page shows it."""
    waiting = access_requests_visible_to(by).filter(account_id=account_id, status="open")
    asked = list(waiting.order_by("id")[:20])
    if not asked or not is_admin_of(by, account_id):
        return []
    return [
        {
            "icon": "users",
            "title": _("%(name)s asks for access") % {"name": one.name or one.email},
            "text": _("Is this person one of you? You decide whether they may buy."),
            "url": reverse("cabinet:request", args=[one.pk]),
            "action": _("Look and decide"),
        }
        for one in asked
    ]


def _request(by: Actor, request_id: UUID) -> AccessRequest:
    found = access_requests_visible_to(by).filter(pk=request_id).first()
    if found is None:
        raise NotFound(_("There is no such request."))
    if not is_admin_of(by, found.account_id):
        raise NotAllowed(_("Only admins of the account let colleagues in."))
    return found


def _take(request: HttpRequest, by: Actor, request_id: UUID) -> str:
    verdict = request.POST.get("verdict", "")
    if verdict not in {"approve", "decline"}:
        raise Refused(_("Please choose one of the two answers."))
    is_approved = verdict == "approve"
    asked = decide_access(by=by, request_id=request_id, is_approved=is_approved, now=timezone.now())
    said = (
        _("%(name)s gets access. We tell them.")
        if is_approved
        else _("%(name)s gets no access. We tell them so, kindly.")
    )
    return said % {"name": asked.name or asked.email}


def _shown(asked: AccessRequest) -> dict[str, Any]:
    days = (timezone.now() - asked.asked_at).days
    return {
        "name": asked.name or asked.email,
        "email": asked.email,
        "phone": asked.phone,
        "company": asked.company,
        "asked": ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}
        if days
        else _("today"),
        "asked_at": asked.asked_at,
        "is_open": asked.status == AccessRequest.Status.OPEN,
        "is_approved": asked.status == AccessRequest.Status.APPROVED,
        "decided_by": asked.decided_by_label,
        "decided_at": asked.decided_at,
    }
