"""The addresses of signing in and out, under the names by which allauth looks for them."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from atrio.identity import own, views


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
        path("sign-in/passkey/", views.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
        path("sign-in/second/", views.SecondFactor.as_view(), name="mfa_authenticate"),
        path("sign-in/again/", own.show_again, name="account_reauthenticate"),
        path("sign-in/own/", own.show_own, name="mfa_index"),
        path("sign-in/own/passkey/", own.add_passkey, name="mfa_add_webauthn"),
        path("sign-in/own/app/", own.set_up_app, name="mfa_activate_totp"),
        path("sign-in/own/codes/", own.recovery_codes, name="mfa_view_recovery_codes"),
        path("sign-in/own/factors/<int:factor_id>/remove", own.remove_factor, name="remove_factor"),
        path("sign-in/own/<uuid:sign_in_id>/end", own.end_sign_in, name="end_sign_in"),
        path("sign-in/own/end-others", own.end_others, name="end_other_sign_ins"),
        path("sign-out/", views.sign_out, name="account_logout"),
        # Where the email to an unknown address leads: an account begins with an application.
        path("sign-up/", RedirectView.as_view(url="/"), name="account_signup"),
    ]
