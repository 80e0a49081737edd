"""How allauth signs people in here: by email code only, and only those who are known."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from atrio.identity.actions import sign_in
from atrio.identity.models import User

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
        """Let the user in by the one door there is."""
        sign_in(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponseRedirect:
        """Send a user who was locked between address and code back to the beginning."""
        return redirect("account_login")
