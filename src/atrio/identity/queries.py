"""Read users, where they are signed in, and by what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from atrio.identity.models import SignedIn, User
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound

# What is a second factor by itself; recovery codes only stand in for one that is gone.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


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


def owner(user: Any) -> Actor:
    """Return a user as the database knows them at what is their own."""
    return Actor(kind="member", id=str(user.pk), label=str(user))


def sign_ins_of(by: Actor, *, now: datetime) -> QuerySet[SignedIn]:
    """Return where the actor is signed in at this moment, the latest first."""
    living = Session.objects.filter(expire_date__gt=now)
    return SignedIn.objects.filter(
        user_id=by.id, session_key__in=living.values("session_key")
    ).order_by("-at", "-id")


def authenticators_of(user_id: UUID) -> list[Any]:
    """Return a user's passkeys, app and recovery codes, the oldest first."""
    return list(Authenticator.objects.filter(user_id=user_id).order_by("created_at", "pk"))


def has_factor(user_id: UUID) -> bool:
    """Say whether a user has a second factor."""
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=FACTORS).exists())


def shown_in(request: HttpRequest, user: Any) -> list[dict[str, Any]]:
    """Return by what this session's user has shown who they are: each method and at (seconds)."""
    return list(get_authentication_records(request, user))


def proved_twice(request: HttpRequest) -> bool:
    """Say whether this session's user has shown a second factor in it."""
    return any(each["method"] == "mfa" for each in shown_in(request, request.user))


def came_by_company(request: HttpRequest, user: Any) -> bool:
    """Say whether this user's company has said in this session that it is them."""
    return any(each["method"] == "company" for each in shown_in(request, user))
