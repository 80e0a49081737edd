"""Helping somebody who applies: who may, and what is kept of it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from atrio.kernel.errors import NotAllowed, Refused
from atrio.notices.actions import Draft, send_message
from atrio.onboarding.actions._ownership import take_if_free
from atrio.onboarding.actions.decide_step import MAY_DECIDE
from atrio.onboarding.case import Case
from atrio.onboarding.models import Application, Help
from atrio.onboarding.tokens import token_for

# Who works on applications helps those who make them.
MAY_HELP = MAY_DECIDE


class NothingToHelp(Refused):
    """The application is over."""


def see_that_they_may_help(case: Case) -> None:
    """Return if the actor may help here and now. Raises NotAllowed, NothingToHelp."""
    if case.by.kind != "staff" or not case.by.has_role(*MAY_HELP):
        raise NotAllowed(_("Only associates help with applications."))
    if case.application.status != Application.Status.OPEN:
        raise NothingToHelp(_("The application is over."))


def note_help(
    case: Case,
    kind: Help.Kind,
    *,
    step: str = "",
    channel: str = "",
    outcome: str = "",
    text: str = "",
    call_at: datetime | None = None,
) -> None:
    """Keep that the actor has helped. Whoever helps with what nobody has becomes its owner."""
    Help.objects.create(
        application=case.application,
        kind=kind,
        step=step or case.application.current_step,
        channel=channel,
        outcome=outcome,
        text=text,
        call_at=call_at,
        at=case.now,
        by_id=case.by.id,
        by_label=case.by.label[:120],
    )
    case.application.helped_at = case.now
    take_if_free(case)


def write_notice(case: Case, name: str, *, key: str, words: str = "") -> str:
    """Write to the customer in the actor's name, with the link to go on; return the address."""
    application, facts = case.application, case.facts
    email = str(facts["contact.email"])
    notice = case.journey.notice(
        name,
        application.language,
        case.tree,
        unit=application.business_unit,
        reference=application.reference,
        link=f"{settings.PUBLIC_URL}/apply/{token_for(application.pk)}/",
        helper=case.by.label,
        words=words,
    )
    send_message(
        Draft(
            key=key,
            notice=name,
            to=email,
            language=application.language,
            subject=notice.subject,
            text=notice.text,
            html=notice.html,
            application_id=application.pk,
            business_unit=application.business_unit,
        ),
        now=case.now,
    )
    case.tell("notice.queued", step=application.current_step, notice=name)
    return email
