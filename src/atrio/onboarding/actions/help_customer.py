"""Help somebody who applies: write to them, or note that they were called."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.kernel.ids import new_id
from atrio.onboarding.actions._helping import MAY_HELP as MAY_HELP
from atrio.onboarding.actions._helping import note_help, see_that_they_may_help, write_as_helper
from atrio.onboarding.case import open_case
from atrio.onboarding.models import Application, Help

NOTICE = "help"
# The same words again within this time are a second click, not a second letter.
SAME_LETTER = timedelta(minutes=10)
# Nobody needs more in a day; whoever takes over somebody's seat at the desk cannot send hundreds.
LETTERS_A_DAY = 10
# Whoever promises to call again says so for one of the next days, not for next year.
LATEST_CALL = timedelta(days=30)


class NoWayToWrite(Refused):
    """There is no address yet, or the pack has no words for such a letter."""


class EnoughWritten(Refused):
    """The customer has had many letters of ours today."""


class CallAtWrong(Refused):
    """The moment for the next call is missing, over, or too far away."""


@transaction.atomic
def write_to_customer(*, by: Actor, application_id: UUID, text: str, now: datetime) -> str:
    """Send the customer some words; return the address they went to.

    If the address is proved, the link to go on goes with them.

    The words are read back to the customer on their own pages, too. Raises NotFound, NotAllowed,
    NothingToHelp, NoWayToWrite, EnoughWritten.
    """
    case = open_case(by=by, application_id=application_id, now=now)
    see_that_they_may_help(case)
    email = str(case.facts.get("contact.email") or "")
    if not email or NOTICE not in case.journey.notices:
        raise NoWayToWrite(_("There is no email address yet to write to."))
    written = Help.objects.filter(application=case.application, kind=Help.Kind.WROTE)
    if written.filter(text=text, at__gt=now - SAME_LETTER).exists():
        return email
    if written.filter(at__gt=now - timedelta(days=1)).count() >= LETTERS_A_DAY:
        raise EnoughWritten(_("This customer has had enough letters today. Call them."))
    write_as_helper(case, NOTICE, occasion=new_id().hex, words=text)
    case.tell("notice.queued", step=case.application.current_step, notice=NOTICE)
    note_help(case, Help.Kind.WROTE, text=text)
    case.tell("help.written", step=case.application.current_step)
    case.save()
    return email


@transaction.atomic
def note_call(
    *,
    by: Actor,
    application_id: UUID,
    outcome: Help.Outcome,
    note: str,
    call_at: datetime | None,
    now: datetime,
) -> Application:
    """Keep that the customer was called, how it ended, and when we call again.

    `note` is for colleagues alone. Raises NotFound, NotAllowed, NothingToHelp, CallAtWrong.
    """
    case = open_case(by=by, application_id=application_id, now=now)
    see_that_they_may_help(case)
    if outcome == Help.Outcome.WILL_CALL:
        if call_at is None or not now < call_at <= now + LATEST_CALL:
            raise CallAtWrong(_("Say when you call again: within the next 30 days."))
    else:
        call_at = None
    note_help(case, Help.Kind.CALLED, outcome=outcome, text=note, call_at=call_at)
    case.tell("help.called", step=case.application.current_step, outcome=str(outcome))
    case.save()
    return case.application
