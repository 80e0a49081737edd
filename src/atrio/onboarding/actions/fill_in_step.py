"""Fill in a customer's step for them: at the counter, by telephone, or by a program."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.engine.forms import Answers
from atrio.engine.forms.validating import Submitted
from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.onboarding.actions._helping import note_help, see_that_they_may_fill_in, write_as_helper
from atrio.onboarding.actions._letters import ADDRESS, is_theirs
from atrio.onboarding.actions.submit_step import keep_as_typed, read_answers, take_answers
from atrio.onboarding.case import Case, open_case, where_of
from atrio.onboarding.models import Application, Help
from atrio.timeline.actions import record

NOTICE = "filled_in"
# How a customer can say what somebody else types: they stand there, or they are on the line.
CHANNELS = (Application.Channel.COUNTER, Application.Channel.TELEPHONE)


class NoChannel(Refused):
    """Nobody fills in for a customer who is neither there nor on the line."""


@transaction.atomic
def fill_in_step(
    *,
    by: Actor,
    application_id: UUID,
    step: str,
    submitted: Submitted,
    channel: str,
    language: str,
    now: datetime,
) -> tuple[Application, Answers]:
    """Take a customer's answers as one of ours types them, or a program, and go on as if they had.

    The answers are the customer's own (origin), heard through `channel` (source) and typed by the
    actor (who). The customer reads that on their pages and, once their address is proved, in a
    letter with the link to go on. `language` is the actor's: numbers and dates are read as they
    write them; the application keeps its own. Raises NotFound, NotAllowed, NothingToHelp,
    NoChannel, StepNotOpen, TooLateToChange, CodeUsed.
    """
    case = open_case(by=by, application_id=application_id, now=now)
    see_that_they_may_fill_in(case)
    see_that_it_is_heard(channel, by=by)
    case.application.seen_at = now  # whoever is at the counter or on the line is here
    answers, is_news = read_answers(case, step, submitted, language=language)
    if is_news and answers.ok:
        note_help(case, Help.Kind.FILLED_IN, step=step, channel=channel)
        case.tell("help.filled_in", step=step, channel=channel)
        take_answers(case, step, answers, heard=channel)
        _write_to_the_customer(case)
    elif is_news:
        keep_as_typed(case, step, answers)
    return case.application, answers


def see_that_it_is_heard(channel: str, *, by: Actor) -> None:
    """Return if this is a way for the actor to hear a customer. Raises NoChannel."""
    ways = (Application.Channel.API,) if by.kind == "integrator" else CHANNELS
    if channel not in ways:
        raise NoChannel(_("Say whether the customer is at the counter or on the telephone."))


def _write_to_the_customer(case: Case) -> None:
    """Tell the customer that we fill in for them, once at each address they have proved."""
    if NOTICE not in case.journey.notices or not is_theirs(case):
        return
    if write_as_helper(case, NOTICE, occasion=str(case.facts[ADDRESS])):
        # The case is written down already: what comes after it stands by itself.
        where = where_of(case.application, step=case.application.current_step)
        record(by=case.by, what="notice.queued", where=where, now=case.now, notice=NOTICE)
