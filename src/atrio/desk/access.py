"""Who comes in: members of staff, as one actor, inside the database's own view of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _

from atrio.desk.roles import ROLES, Roles
from atrio.identity.queries import proved_twice
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotFound, Refused
from atrio.seller.queries import staff_at_work

P = ParamSpec("P")
AGAIN = "account_reauthenticate"


class StaffRequest(HttpRequest):
    """A request of a member of staff."""

    actor: Actor


View: TypeAlias = Callable[Concatenate[StaffRequest, P], HttpResponse]
Guarded: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_staff_outside(view: View[P]) -> Guarded[P]:
    """Let in whom the table of roles names, without a transaction: for views that call outside.

    For anybody else who is signed in the page does not exist.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        found = staff_at_work(user.pk, str(user))
        if found is None or not found.actor.has_role(*roles_at(request)):
            raise NotFound(_("There is no such page."))
        if found.needs_second_factor and not proved_twice(request):
            return redirect_to_login(request.get_full_path(), reverse(AGAIN))
        # This is what makes it a StaffRequest.
        request.actor = found.actor  # type: ignore[attr-defined]
        with timezone.override(ZoneInfo(found.time_zone)):
            response = view(request, *args, **kwargs)  # type: ignore[arg-type]
        # Customers' data: neither a proxy nor the back button of the next person keeps it.
        patch_cache_control(response, private=True, no_store=True)
        return response

    # The check at the start looks for it; whatever decorates the view passes it on.
    guarded.is_for_staff = True  # type: ignore[attr-defined]
    return guarded


def for_staff(view: View[P]) -> Guarded[P]:
    """Let in whom the table of roles names, in a transaction that shows what staff may see."""

    @for_staff_outside
    @wraps(view)
    def guarded(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with acting_as(request.actor):
            return view(request, *args, **kwargs)

    return guarded


def roles_at(request: HttpRequest) -> Roles:
    """Return who may come to the address that is asked for: nobody where the table has none."""
    match = request.resolver_match
    return ROLES.get(match.url_name or "", ()) if match else ()


def refusals_return_to(
    name: str,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Show a refusal as a message on the application's page `name`; NotFound remains a 404."""

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(
            request: StaffRequest, application_id: UUID, *args: object, **kwargs: object
        ) -> HttpResponse:
            try:
                return view(request, application_id, *args, **kwargs)
            except NotFound:
                raise
            except Refused as refusal:
                messages.warning(request, str(refusal))
                return redirect(name, application_id)

        return guarded

    return guard
