"""Letters to those who work here: in their language, with the way to the application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import translation

from atrio.identity.models import User
from atrio.notices.actions import Draft, send_message
from atrio.onboarding.models import Application


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says; the application's address and reference are added to it."""

    subject: str
    text: str


def write_to_colleague(
    reader: User,
    application: Application,
    say: Callable[[], Letter],
    *,
    notice: str,
    occasion: str,
    now: datetime,
) -> None:
    """Send a colleague what `say` returns in their language, once for an occasion."""
    with translation.override(reader.language):
        letter = say()
    address = f"{settings.PUBLIC_URL}/desk/applications/{application.pk}/"
    send_message(
        Draft(
            key=f"{occasion}:{reader.pk}",
            notice=notice,
            to=reader.email,
            language=reader.language,
            subject=letter.subject,
            text=f"{letter.text}\n\n{address}\n\n{application.reference}",
            application_id=application.pk,
            business_unit=application.business_unit,
        ),
        now=now,
    )
