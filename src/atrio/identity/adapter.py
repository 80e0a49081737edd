"""How allauth signs people in here: only those who are known, by a code or by a passkey."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from atrio.identity.actions import sign_in
from atrio.identity.models import User
from atrio.identity.queries import came_by_company, owner
from atrio.identity.sealing import seal, unseal
from atrio.kernel.actors import Actor

_TOO_OFTEN = _("That was too often. Please try again in a few minutes.")


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """No sign-up form: an account begins with an application."""

    # In our own words: in some languages allauth's are on first-name terms with the reader.
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This login is locked. Please write to us."),
        "incorrect_code": _("This code is not the one we sent, or it is no longer valid."),
        "rate_limited": _TOO_OFTEN,
        "too_many_login_attempts": _TOO_OFTEN,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: becoming a customer is what `apply` is for."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """Return the subject as it is; the sender says who we are."""
        return str(subject)

    def is_safe_url(self, url: str) -> bool:
        """Say whether an address may be returned to: one of this very host.

        The parent takes the address apart before it looks whether that can be done.
        """
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def login(self, request: HttpRequest, user: User) -> None:
        """Let the user in by the one door there is, unless their company's alone is open."""
        if not came_by_company(request, user) and self.must_come_by_company(user):
            messages.info(request, gettext("Your company lets its people in by its own sign-in."))
            raise ImmediateHttpResponse(redirect(self.company_door(request, user.email)))
        sign_in(request, user)

    def get_login_stages(self) -> list[str]:
        """Return what is asked on the way in; a company may have asked for two already."""
        own = {"allauth.mfa.stages.AuthenticateStage": "atrio.identity.stages.SecondFactorStage"}
        return [own.get(stage, stage) for stage in super().get_login_stages()]

    def company_door(self, request: HttpRequest, email: str, *, to: str = "") -> str:
        """Return where the company of an address lets its people in, "" where none does."""
        return ""

    def must_come_by_company(self, user: User) -> bool:
        """Say whether a user may come in by their company alone."""
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponseRedirect:
        """Send a user who was locked between address and code back to the beginning."""
        return redirect("account_login")

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Return False: our own pages ask, also those who have no second factor yet."""
        return False

    def actor_of(self, user: User) -> Actor:
        """Return who a user is when they change how they sign in."""
        return owner(user)

    def must_have_factor(self, user: User) -> bool:
        """Say whether a user must have a second factor."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are unreadable in the database and its back-ups."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That was not right, or it is no longer valid."),
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as the database keeps it."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret as it is.

        For one that no key of ours opens any more, one that nobody knows: an empty secret would
        let everybody make its codes.
        """
        try:
            return unseal(encrypted_text)
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002
        """Return the name of a passkey whose owner gave it none."""
        return gettext("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for whom a passkey is made: this very host."""
        host = context.request.get_host().rpartition(":")[0] or context.request.get_host()
        return {"id": host, "name": settings.ATRIO_BRAND}
