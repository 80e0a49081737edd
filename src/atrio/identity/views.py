"""Signing in by a code sent to one's address, and signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

if TYPE_CHECKING:
    from allauth.account.stages import LoginStage


class AskForCode(RequestLoginCodeView):  # type: ignore[misc]  # allauth ships no types
    """Ask for an address. What is said next is the same for those we know and those we do not."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        """Let somebody who waits for a code come back: the address may have been mistyped."""


class EnterCode(ConfirmLoginCodeView):  # type: ignore[misc]  # allauth ships no types
    """Take the code: three tries for each that was sent, for ten minutes."""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, _("You have signed out."))
    return redirect("/")
