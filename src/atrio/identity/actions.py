"""Change users, and let them in."""

from __future__ import annotations

from django.contrib.auth import login
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from atrio.identity.models import User
from atrio.kernel.errors import NotAllowed

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def ensure_user(*, email: str, name: str, language: str) -> User:
    """Return the one user with this address, made now if there was none. Safe to race."""
    found = User.objects.filter(email=email.lower()).first()
    if found:
        return found
    try:
        with transaction.atomic():
            return User.objects.create_user(email, name=name, language=language)
    except IntegrityError:
        return User.objects.get(email=email.lower())


def sign_in(request: HttpRequest, user: User) -> None:
    """Let in somebody who has just shown, in this very browser, that the address is theirs.

    The session gets a new key, so that nobody who knew the old one comes along; what another
    user had left in it is gone. Raises NotAllowed for a user who is locked.
    """
    if not user.is_active:
        raise NotAllowed(_("This login is locked. Please write to us."))
    login(request, user, backend=_BACKEND)
