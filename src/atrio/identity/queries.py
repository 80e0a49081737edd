"""Read users."""

from __future__ import annotations

from collections.abc import Iterable

from atrio.identity.models import User


def users_by_email(emails: Iterable[str]) -> dict[str, User]:
    """Return the users who may sign in with one of these addresses, by address."""
    wanted = [email.lower() for email in emails]
    return {user.email: user for user in User.objects.filter(email__in=wanted, is_active=True)}
