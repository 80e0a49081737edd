"""What is typed or held out as a second factor."""

from __future__ import annotations

from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.core.cache import cache
from django.core.exceptions import ValidationError

# What a hostile credential makes the library that reads it raise, besides its own errors.
_UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)


class _UsedOnce:
    """A code of an app is good once, for as long as it could be good at all."""

    authenticator: Any
    user: Any

    def clean_code(self) -> str:
        """Take the code; refuse one that was taken before.

        The parent remembers it for one period, while the tolerance lets it live for three.
        """
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            lives = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
            if not cache.add(f"identity.app_code.{self.user.pk}.{code.strip()}", 1, timeout=lives):
                raise get_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(_UsedOnce, AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """A code of the app, or a recovery code, on the way in."""


class AgainForm(_UsedOnce, ReauthenticateForm):  # type: ignore[misc]
    """The same from somebody who is in."""


class _Readable:
    """A credential that cannot be read is a wrong one, not a fault of ours."""

    def clean_credential(self) -> Any:
        """Take the passkey's answer."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            raise
        except _UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None


class PasskeyForm(_Readable, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second factor."""


class PasskeySignInForm(_Readable, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey alone: it is held and it knows its owner, which makes two."""


class PasskeyAgainForm(_Readable, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey from somebody who is in."""


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey that the browser has just made."""

    def clean(self) -> dict[str, Any]:
        """Take the new key; it must have asked who holds it."""
        try:
            return dict(super().clean())
        except ValidationError:
            raise
        except _UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None
