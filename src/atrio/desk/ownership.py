"""Who has an application: take it, give it back, hand it to a colleague."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from atrio.desk.access import StaffRequest, for_staff, refusals_return_to
from atrio.desk.place import back_to_queue
from atrio.desk.words import ago
from atrio.kernel.actors import Actor
from atrio.onboarding.actions import claim_application, claim_next, give_back, hand_over
from atrio.onboarding.actions.decide_step import MAY_DECIDE
from atrio.onboarding.queries import Application, ApplicationPage
from atrio.seller.queries import colleagues_with

if TYPE_CHECKING:
    from atrio.timeline.models import Entry

_TAKEN = ("application.claimed", "application.handed_over")


@require_POST
@for_staff
@refusals_return_to("desk:application")
def claim(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Take the application."""
    claim_application(by=request.actor, application_id=application_id, now=timezone.now())
    return redirect("desk:application", application_id)


@require_POST
@for_staff
def take_next(request: StaffRequest) -> HttpResponse:
    """Take the most urgent application that nobody has, and open it."""
    return to_the_next(request)


def to_the_next(request: StaffRequest) -> HttpResponse:
    """Take the next application and lead to it; to the queue when there is none."""
    found = claim_next(by=request.actor, now=timezone.now())
    if found is None:
        messages.info(request, _("Nothing is left that waits for you and that nobody has."))
        return back_to_queue(request)
    return redirect("desk:application", found.pk)


@require_POST
@for_staff
@refusals_return_to("desk:application")
def release(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Give the application back."""
    give_back(by=request.actor, application_id=application_id, now=timezone.now())
    return redirect("desk:application", application_id)


@require_POST
@for_staff
@refusals_return_to("desk:application")
def hand(request: StaffRequest, application_id: UUID) -> HttpResponse:
    """Hand the application to a colleague, with a word if there is one."""
    application = hand_over(
        by=request.actor,
        application_id=application_id,
        to=_person(request.POST.get("to", "")),
        note=request.POST.get("note", ""),
        now=timezone.now(),
    )
    messages.success(
        request,
        _("%(name)s has %(reference)s now.")
        % {"name": application.owner, "reference": application.reference},
    )
    return redirect("desk:application", application_id)


def _person(asked: str) -> UUID | None:
    try:
        return UUID(asked)
    except ValueError:
        return None


def next_address(by: Actor) -> str:
    """Return the address that takes the next application, "" for those who do not decide."""
    return reverse("desk:take-next") if by.has_role(*MAY_DECIDE) else ""


def owner_of(page: ApplicationPage, by: Actor, *, now: datetime) -> dict[str, Any]:
    """Return who has the application, since when, with what word, and what one may do."""
    application, owner = page.application, page.application.owner
    taken = _taken(page.entries) if owner else None
    is_mine = owner is not None and str(owner.pk) == by.id
    may_change = (
        application.finished_at is None
        and by.has_role(*MAY_DECIDE)
        and str(application.sold_by_id) != by.id
    )
    return {
        "name": str(owner or ""),
        "is_mine": is_mine,
        "since": ago(taken.at, now=now) if taken else "",
        "since_at": taken.at if taken else None,
        "from": taken.by_label if taken and taken.what == "application.handed_over" else "",
        "note": str(taken.data.get("note", "")) if taken else "",
        "claim": _address("claim", application) if may_change and owner is None else "",
        "give_back": _address("give-back", application) if may_change and is_mine else "",
        "hand_over": _address("hand-over", application) if may_change else "",
        "colleagues": _colleagues(application, by) if may_change else [],
    }


def _address(name: str, application: Application) -> str:
    return reverse(f"desk:{name}", args=[application.pk])


def _colleagues(application: Application, by: Actor) -> list[dict[str, str]]:
    people = colleagues_with(application.business_unit, *MAY_DECIDE)
    return [
        {
            "id": str(user.pk),
            "name": _("%(name)s (you)") % {"name": user} if str(user.pk) == by.id else str(user),
        }
        for user in people
        if user.pk not in {application.owner_id, application.sold_by_id}
    ]


def _taken(entries: Iterable[Entry]) -> Entry | None:
    """Return how the owner came by it; the entries come newest first."""
    return next((entry for entry in entries if entry.what in _TAKEN), None)
