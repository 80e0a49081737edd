"""How an applicant shows that an application is theirs: a token that is never stored.

The token is the application's id with a signature; knowing the id (staff see it) is not enough.
"""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer, TimestampSigner
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound

_signer = Signer(salt="atrio.onboarding.applicant", sep="~")
_access_signer = TimestampSigner(salt="atrio.onboarding.access", sep="~")
_delegate_signer = Signer(salt="atrio.onboarding.delegate", sep="~")
ACCESS_TOKEN_LIFE = timedelta(days=14)
_TOKEN = re.compile(r"\b(?:[0-9a-f]{32}){1,2}~[\w~-]+")


def token_for(application_id: UUID) -> str:
    """Return the token that opens this application."""
    return _signer.sign(application_id.hex)


def applicant(token: str) -> Actor:
    """Return the applicant this token stands for; NotFound if it is not one of ours."""
    try:
        application_id = UUID(_signer.unsign(token))
    except (BadSignature, ValueError):
        raise NotFound(_("This address does not lead to an application.")) from None
    return Actor(kind="applicant", id=str(application_id), application=application_id)


def delegate_token_for(application_id: UUID, delegation_id: UUID) -> str:
    """Return the token that opens one step of an application to whom it was delegated."""
    return _delegate_signer.sign(f"{application_id.hex}{delegation_id.hex}")


def delegate(token: str) -> Actor:
    """Return the delegate this token stands for; NotFound if it is not one of ours.

    Whether there still is anything to do is said by the delegation, not by its token.
    """
    try:
        ids = _delegate_signer.unsign(token)
        application_id, delegation_id = UUID(ids[:32]), UUID(ids[32:])
    except (BadSignature, ValueError):
        raise NotFound(_("This address does not lead to a step.")) from None
    return Actor(kind="delegate", id=str(delegation_id), application=application_id)


def access_token_for(request_id: UUID, user_id: UUID) -> str:
    """Return the token by which an admin answers a request from a letter."""
    return _access_signer.sign(f"{request_id.hex}{user_id.hex}")


def access_asked_of(token: str) -> tuple[UUID, UUID]:
    """Return which request is put before which user; NotFound if it is not ours, or too old."""
    try:
        ids = _access_signer.unsign(token, max_age=ACCESS_TOKEN_LIFE)
        return UUID(ids[:32]), UUID(ids[32:])
    except (BadSignature, ValueError):
        raise NotFound(_("This address does not lead to a request, or no longer.")) from None


def without_tokens(text: str) -> str:
    """Return a text for those who may read what an applicant was sent and not act as them."""
    return _TOKEN.sub("•••", text)
