"""Signing in by a code sent to one's address or by a passkey, a second factor, and signing out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from atrio.identity import actions

if TYPE_CHECKING:
    from allauth.account.stages import LoginStage


class AskForCode(RequestLoginCodeView):  # type: ignore[misc]  # allauth ships no types
    """Ask for an address. What is said next is the same for those we know and those we do not."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Send a code, or lead to the company whose mail domain it is, unless a code is wanted."""
        door = ""
        if self.request.POST.get("by") != "code":
            email = form.cleaned_data["email"]
            door = get_adapter().company_door(self.request, email, to=self.get_next_url() or "")
        answer: HttpResponse = redirect(door) if door else super().form_valid(form)
        return answer

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        """Let somebody who waits for a code come back: the address may have been mistyped."""


class EnterCode(ConfirmLoginCodeView):  # type: ignore[misc]  # allauth ships no types
    """Take the code: three tries for each that was sent, for ten minutes."""


class SecondFactor(AuthenticateView):  # type: ignore[misc]
    """Take a second factor from whoever has shown the first."""

    template_name = "account/second_factor.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Add what the browser needs to ask a passkey, "" for who has none."""
        context: dict[str, Any] = super().get_context_data(**more)
        options = context["js_data"]["request_options"]
        # No key is named for who has none, and a browser would offer any that it knows.
        asked = json.dumps(options) if options["publicKey"].get("allowCredentials") else ""
        return context | {"passkey_options": asked}


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]
    """Let somebody in by a passkey alone, which is a second factor by itself."""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    actions.sign_out(request)
    messages.success(request, _("You have signed out."))
    return redirect("/")
