"""Company sign-on, as the account's admins keep it for their colleagues."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from atrio.cabinet.access import MemberRequest, for_members
from atrio.cabinet.frame import show
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.parties.queries import is_admin_of
from atrio.sign_on.actions import open_provider
from atrio.sign_on.queries import Provider, providers_visible_to
from atrio.sign_on.shown import KINDS, shown, take


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def sign_on(request: MemberRequest) -> HttpResponse:
    """Show the account's own sign-on to its admins, and take what they say of it."""
    if not is_admin_of(request.actor, request.seat.account.pk):
        raise NotAllowed(_("Only admins of the account say how its people sign in."))
    own = providers_visible_to(request.actor).filter(account_id=request.seat.account.pk).first()
    if request.method == "POST":
        try:
            _take(request, own)
        except NotFound:
            raise
        except Refused as refused:
            messages.warning(request, str(refused))
        return redirect("cabinet:sign-on")
    context = shown(request, own) if own else {"provider": None, "kinds": KINDS}
    return show(request, "cabinet/sign_on.html", context, here="company")


def _take(request: MemberRequest, own: Provider | None) -> None:
    now = timezone.now()
    if own:
        messages.success(request, take(request, request.actor, own.pk, now))
        return
    open_provider(
        by=request.actor,
        name=request.POST.get("name", ""),
        kind=request.POST.get("kind", ""),
        account_id=request.seat.account.pk,
        now=now,
    )
