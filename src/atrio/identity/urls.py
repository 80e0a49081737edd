"""The addresses of signing in and out, under the names by which allauth looks for them."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from atrio.identity import views


def sign_in_urls(**more: object) -> list[URLPattern]:
    """Return the addresses; `more` is what the sign-in pages show besides, functions included."""
    ask = views.AskForCode.as_view(extra_context=more)
    return [
        path("sign-in/", ask, name="account_login"),
        path("sign-in/", ask, name="account_request_login_code"),
        path(
            "sign-in/code/",
            views.EnterCode.as_view(extra_context=more),
            name="account_confirm_login_code",
        ),
        path("sign-out/", views.sign_out, name="account_logout"),
        # Where the email to an unknown address leads: an account begins with an application.
        path("sign-up/", RedirectView.as_view(url="/"), name="account_signup"),
    ]
