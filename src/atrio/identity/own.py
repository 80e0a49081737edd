"""How one signs in oneself: passkeys, the app, recovery codes, and where one is signed in."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as second_factors
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.webauthn.internal.auth import begin_authentication, begin_registration
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atrio.identity import actions, factors
from atrio.identity.forms import AgainForm, NewPasskeyForm, PasskeyAgainForm
from atrio.identity.queries import (
    FACTORS,
    authenticators_of,
    has_factor,
    owner,
    sign_ins_of,
)
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotFound, Refused

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]
PAGE, AGAIN, CODES = "mfa_index", "account_reauthenticate", "mfa_view_recovery_codes"
BOTH = ["GET", "HEAD", "POST"]


def for_fresh(view: View[P]) -> View[P]:
    """Let in whoever has shown lately who they are; the others are asked to, and come back."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not factors.is_fresh(request):
            here = reverse(PAGE) if request.method == "POST" else request.get_full_path()
            return redirect_to_login(here, reverse(AGAIN))
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise
        except Refused as refused:
            messages.warning(request, str(refused))
            return redirect(PAGE)

    return guarded


@require_safe
@never_cache
@login_required
def show_own(request: HttpRequest) -> HttpResponse:
    """Show how the reader signs in, and where they are signed in."""
    user: Any = request.user
    found = authenticators_of(user.pk)
    with acting_as(owner(user)):
        sign_ins = list(sign_ins_of(owner(user), now=timezone.now()))
    codes = [each.wrap() for each in found if each.type == Authenticator.Type.RECOVERY_CODES]
    here = request.session.session_key
    context = {
        "passkeys": [each for each in found if each.type == Authenticator.Type.WEBAUTHN],
        "app": next((each for each in found if each.type == Authenticator.Type.TOTP), None),
        "codes_left": len(codes[0].get_unused_codes()) if codes else None,
        "sign_ins": [{"is_here": each.session_key == here, "row": each} for each in sign_ins],
        "is_wanted": get_adapter().must_have_factor(user) and not has_any(found),
    }
    return render(request, "account/own.html", context)


def has_any(found: list[Any]) -> bool:
    """Say whether there is a second factor among these."""
    return any(each.type in FACTORS for each in found)


@require_http_methods(BOTH)
@for_fresh
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Let the browser make a passkey, and keep it."""
    posted = request.POST if request.method == "POST" else None
    form = NewPasskeyForm(posted, user=request.user)
    if posted is not None and form.is_valid():
        is_new = factors.add_passkey(
            request,
            request.user,  # type: ignore[arg-type]  # for_fresh lets nobody else in
            name=form.cleaned_data["name"],
            credential=form.cleaned_data["credential"],
            now=timezone.now(),
        )
        messages.success(request, _("Your passkey is ready. Next time you need no code."))
        return redirect(CODES if is_new else PAGE)
    options = json.dumps(begin_registration(request.user, passwordless=True))
    context = {"form": form, "options": options}
    return render(request, "account/passkey.html", context, status=422 if form.errors else 200)


@require_http_methods(BOTH)
@for_fresh
def set_up_app(request: HttpRequest) -> HttpResponse:
    """Show the secret for the app, and keep it once the app has made a code of it."""
    posted = request.POST if request.method == "POST" else None
    form = ActivateTOTPForm(posted, user=request.user)
    if posted is not None and form.is_valid():
        is_new = factors.set_up_app(
            request,
            request.user,  # type: ignore[arg-type]
            secret=form.secret,
            now=timezone.now(),
        )
        clear_totp_secret(request)
        messages.success(request, _("The app is set up. We ask for its code when you sign in."))
        return redirect(CODES if is_new else PAGE)
    adapter = second_factors()
    drawing = adapter.build_totp_svg(adapter.build_totp_url(request.user, form.secret))
    context = {
        "form": form,
        "secret": form.secret,
        "drawing": base64.b64encode(drawing.encode()).decode(),
    }
    return render(request, "account/app.html", context, status=422 if form.errors else 200)


@require_POST
@for_fresh
def remove_factor(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Forget a passkey or the app."""
    factors.remove_factor(
        request.user,  # type: ignore[arg-type]
        factor_id=factor_id,
        now=timezone.now(),
    )
    messages.success(request, _("Removed. It signs nobody in any more."))
    return redirect(PAGE)


@require_http_methods(BOTH)
@for_fresh
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show new recovery codes, once; posted to, make others."""
    user: Any = request.user
    if request.method == "POST":
        codes = factors.renew_codes(user, now=timezone.now())
    elif has_factor(user.pk):
        codes = factors.codes_shown_once(user)
    else:
        return redirect(PAGE)
    return render(request, "account/recovery_codes.html", {"codes": codes})


@require_POST
@login_required
def end_sign_in(request: HttpRequest, sign_in_id: UUID) -> HttpResponse:
    """End one of the reader's sign-ins."""
    by = get_adapter().actor_of(request.user)
    actions.end_sign_in(by=by, sign_in_id=sign_in_id, now=timezone.now())
    messages.success(request, _("Ended. That browser has to sign in again."))
    return redirect(PAGE)


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of the reader's sign-ins but this one."""
    by = get_adapter().actor_of(request.user)
    here = request.session.session_key or ""
    count = actions.end_other_sign_ins(by=by, but=here, now=timezone.now())
    said = ngettext("Ended in %s other browser.", "Ended in %s other browsers.", count) % count
    messages.success(request, said)
    return redirect(PAGE)


@require_http_methods(BOTH)
@never_cache
@login_required
def show_again(request: HttpRequest) -> HttpResponse:
    """Ask who is in to show once more that it is they.

    Who has no second factor signs in again, or sets one up where that is what is missing.
    """
    user: Any = request.user
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    to = wanted if get_adapter().is_safe_url(wanted) else reverse(PAGE)
    found = authenticators_of(user.pk)
    if not has_any(found):
        return _without_factor(request, to)
    code = passkey = None
    if request.method == "POST":
        is_code = "code" in request.POST
        code = AgainForm(request.POST if is_code else None, user=user)
        passkey = PasskeyAgainForm(None if is_code else request.POST, user=user)
        form = code if is_code else passkey
        if form.is_valid():
            form.save()
            return redirect(to)
    keys = any(each.type == Authenticator.Type.WEBAUTHN for each in found)
    context = {
        "code": code or AgainForm(user=user),
        "passkey": passkey,
        "passkey_options": json.dumps(begin_authentication(user)) if keys else "",
        "next": to,
    }
    return render(request, "account/again.html", context, status=422 if code else 200)


def _without_factor(request: HttpRequest, to: str) -> HttpResponse:
    if request.method == "POST":
        actions.sign_out(request)
        return redirect_to_login(to)
    if factors.is_fresh(request) and get_adapter().must_have_factor(request.user):
        messages.info(request, _("Whoever works here needs a second factor. Set one up, please."))
        return redirect(PAGE)
    return render(request, "account/again.html", {"next": to})
