"""Read users."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from atrio.identity.models import User
from atrio.kernel.errors import NotFound


def users_by_email(emails: Iterable[str]) -> dict[str, User]:
    """Return the users who may sign in with one of these addresses, by address."""
    wanted = [email.lower() for email in emails]
    return {user.email: user for user in User.objects.filter(email__in=wanted, is_active=True)}


def user_with(user_id: UUID) -> User:
    """Return a user who may sign in; NotFound if there is none of this id, or they are locked."""
    found = User.objects.filter(pk=user_id, is_active=True).first()
    if found is None:
        raise NotFound(_("There is no such login."))
    return found
