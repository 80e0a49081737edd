"""Who comes in: members, at one of their own legal entities, inside the database's view of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeAlias, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from atrio.kernel.actors import Actor
from atrio.parties.queries import Seat, member_actor, seat_of
from atrio.timeline.actions import Where, record

P = ParamSpec("P")
_CHOSEN = "legal_entity"


class MemberRequest(HttpRequest):
    """A request of a customer's person, at one of their legal entities."""

    actor: Actor
    seat: Seat


View: TypeAlias = Callable[Concatenate[MemberRequest, P], HttpResponse]
Guarded: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_members(view: View[P]) -> Guarded[P]:
    """Let members in, inside a transaction that shows what is theirs and at their local time."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        with transaction.atomic():
            actor = member_actor(user.pk, str(user))
            seat = seat_of(actor, chosen=str(request.session.get(_CHOSEN, "")))
            if seat is None:
                return _nobody(request)
            # This is what makes it a MemberRequest.
            request.actor, request.seat = actor, seat  # type: ignore[attr-defined]
            with timezone.override(ZoneInfo(seat.unit.time_zone)):
                response = view(cast("MemberRequest", request), *args, **kwargs)
            _note_view(request, actor, seat)
            return response

    # A company's own prices: neither a proxy nor the next person's back button keeps them.
    return never_cache(guarded)


def _note_view(request: HttpRequest, actor: Actor, seat: Seat) -> None:
    """Record that a page was shown; what scripts fetch again by themselves is no view."""
    if request.method != "GET" or "HX-Request" in request.headers:
        return
    match = request.resolver_match
    where = Where(
        account_id=seat.entity.account_id,
        step=match.view_name if match else "",
        language=get_language() or "",
        business_unit=seat.unit.code,
    )
    record(by=actor, what="page.viewed", where=where, now=timezone.now())


def choose(request: HttpRequest, entity_id: UUID) -> None:
    """Remember which legal entity this session speaks of; it must be the member's own."""
    request.session[_CHOSEN] = str(entity_id)


def _nobody(request: HttpRequest) -> HttpResponse:
    """Explain the cabinet to somebody who has no seat in it."""
    empty = {
        "icon": "building-store",
        "title": _("There is no company here yet"),
        "text": _("You are signed in, but no customer account belongs to you."),
        "url": "/",
        "action": _("Become a customer"),
    }
    return render(request, "refusal.html", {"empty": empty}, status=404)
