"""Second factors: passkeys, an app that makes codes, and codes for the day on which they are gone.

What allauth keeps of them is made, checked and forgotten here; every change is recorded, told to
the user by letter, and wants that they have shown lately who they are.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from atrio.identity.models import User
from atrio.identity.queries import FACTORS, has_factor, shown_in
from atrio.kernel.errors import NotFound, Refused
from atrio.timeline.actions import Where, record

# For how long somebody may change how they sign in after they have shown who they are.
FRESH = timedelta(minutes=15)
MOST_PASSKEYS = 10


class LastFactor(Refused):
    """The only second factor of somebody who must have one."""


class TooManyPasskeys(Refused):
    """Nobody has so many devices."""


def is_fresh(request: HttpRequest) -> bool:
    """Say whether the user has shown lately who they are, by the strongest that they have."""
    shown = shown_in(request, request.user)
    if shown and has_factor(request.user.pk):  # type: ignore[arg-type]  # strangers show nothing
        shown = [each for each in shown if each["method"] == "mfa"]
    return any(time.time() - each["at"] < FRESH.total_seconds() for each in shown)


def add_passkey(
    request: HttpRequest, user: User, *, name: str, credential: dict[str, Any], now: datetime
) -> bool:
    """Keep a passkey that the browser has just made; return whether recovery codes are new.

    Raises TooManyPasskeys.
    """
    with transaction.atomic():
        _lock(user)
        passkeys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
        if passkeys.count() >= MOST_PASSKEYS:
            raise TooManyPasskeys(_("You have many passkeys already. Remove one you do not use."))
        made = WebAuthn.add(user, name[:80], credential).instance
        return _added(request, user, made, "passkey", now)


def set_up_app(request: HttpRequest, user: User, *, secret: str, now: datetime) -> bool:
    """Keep the secret that an app makes codes of; return whether recovery codes are new."""
    with transaction.atomic():
        _lock(user)
        Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
        return _added(request, user, TOTP.activate(user, secret).instance, "app", now)


def remove_factor(user: User, *, factor_id: int, now: datetime) -> None:
    """Forget a passkey or the app; with the last of them the recovery codes go, too.

    Raises NotFound, LastFactor.
    """
    adapter = get_adapter()
    with transaction.atomic():
        _lock(user)
        own = Authenticator.objects.filter(user=user, type__in=FACTORS)
        found = own.filter(pk=factor_id).first()
        if found is None:
            raise NotFound(_("There is no such way to sign in."))
        is_last = own.count() == 1
        if is_last and adapter.must_have_factor(user):
            raise LastFactor(
                _("Whoever works here needs a second factor. Set up another one first.")
            )
        what = "app" if found.type == Authenticator.Type.TOTP else "passkey"
        found.delete()
        if is_last:
            Authenticator.objects.filter(user=user).delete()
        _tell(user, "factor_removed", what, now)


def renew_codes(user: User, *, now: datetime) -> list[str]:
    """Make new recovery codes, and let the old ones be worth nothing. Raises NotFound."""
    with transaction.atomic():
        _lock(user)
        if not has_factor(user.pk):
            raise NotFound(_("There is nothing yet that recovery codes could stand in for."))
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes = RecoveryCodes.activate(user)
        codes.mark_as_viewed()
        _tell(user, "codes_renewed", "codes", now)
        return list(codes.generate_codes())


def codes_shown_once(user: User) -> list[str]:
    """Return recovery codes that nobody has looked at yet, and remember that somebody has."""
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update()
        found = rows.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
        if found is None or found.wrap().did_view:
            return []
        codes = found.wrap()
        codes.mark_as_viewed()
        return list(codes.get_unused_codes())


def _lock(user: User) -> None:
    User.objects.select_for_update().get(pk=user.pk)


def _added(request: HttpRequest, user: User, made: Any, what: str, now: datetime) -> bool:
    # Whoever has just made it has shown it: they need not do so again in this session.
    record_authentication(request, user, "mfa", id=made.pk, type=made.type)
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
    is_new = not codes.exists()
    if is_new:
        RecoveryCodes.activate(user)
    _tell(user, "factor_added", what, now)
    return is_new


def _tell(user: User, letter: str, what: str, now: datetime) -> None:
    """Record a change, and write to whom it concerns."""
    adapter = get_adapter()
    record(by=adapter.actor_of(user), what=f"user.{letter}", where=Where(), now=now, factor=what)
    adapter.send_mail(f"account/email/{letter}", user.email, {"factor": what})
