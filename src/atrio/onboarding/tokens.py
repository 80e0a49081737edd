"""How an applicant shows that an application is theirs: a token that is never stored.

The token is the application's id with a signature; knowing the id (staff see it) is not enough.
"""

from __future__ import annotations

from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound

_signer = Signer(salt="atrio.onboarding.applicant", sep="~")


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
