"""Withdraw at the customer's word, as one of ours heard it: by telephone, letter, at the counter.

The customer reads on their pages and in a letter whose word it was, how it came and who wrote it
down, so that somebody who never said it finds out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.onboarding.actions._credit import ON_WORD, is_credit_withdrawn, take_back_credit
from atrio.onboarding.actions._ending import end_from_outside
from atrio.onboarding.actions._helping import note_help, see_that_they_may_help
from atrio.onboarding.actions.decide_step import see_that_they_may_repair
from atrio.onboarding.case import Case, open_case
from atrio.onboarding.models import Application, Help
from atrio.seller.queries import business_unit

LONGEST_NAME, LONGEST_NOTE = 120, 500
NOTICE = "withdrawn_on_word"
# As a letter says how we heard of it, in the middle of a sentence.
HOW = {
    Help.Heard.TELEPHONE: _("by telephone"),
    Help.Heard.COUNTER: _("at the counter"),
    Help.Heard.LETTER: _("by letter"),
    Help.Heard.EMAIL: _("by email"),
}


@dataclass(frozen=True, slots=True)
class Word:
    """What a customer said: who it was, how we heard it, and a note for colleagues."""

    said_by: str
    channel: str
    note: str = ""


class NobodySaidSo(Refused):
    """Nobody is withdrawn without somebody's word, and a way by which it came."""


@transaction.atomic
def withdraw_on_word(*, by: Actor, application_id: UUID, word: Word, now: datetime) -> Application:
    """Withdraw what the customer may withdraw here: the application, or beside an open shop the
    request for a credit line. Done again, nothing changes.

    Who sells to a customer does not end what they have begun. Raises NotFound, NotAllowed,
    SomebodyElseDecides, NothingToHelp, NobodySaidSo, NoCreditRequest, CreditGranted.
    """
    case = open_case(by=by, application_id=application_id, now=now)
    application = case.application
    if application.status == Application.Status.WITHDRAWN:
        return application
    see_that_they_may_help(case)
    see_that_they_may_repair(case, by=by)
    _see_that_it_was_said(word)
    told = {"said_by": word.said_by, "channel": word.channel}
    if application.account_id is None:
        _keep(case, Help.Kind.WITHDREW, word)
        end_from_outside(
            case,
            Application.Status.WITHDRAWN,
            reason=word.note,
            notice=NOTICE,
            told=told,
            lent=_lent(case, word),
        )
    elif not is_credit_withdrawn(case):
        # Kept first: a refusal below takes it back with all else.
        _keep(case, Help.Kind.NO_CREDIT, word)
        take_back_credit(
            case, notice=ON_WORD, told={**told, "reason": word.note}, lent=_lent(case, word)
        )
    return application


def _see_that_it_was_said(word: Word) -> None:
    if not word.said_by or word.channel not in HOW:
        raise NobodySaidSo(_("Say who withdraws, and how you heard of it."))


def _keep(case: Case, kind: Help.Kind, word: Word) -> None:
    note_help(
        case,
        kind,
        channel=word.channel,
        text=word.note,
        said_by=word.said_by,
        is_work=False,
    )


def _lent(case: Case, word: Word) -> dict[str, str]:
    """Return what a letter says of the word, as its reader writes and says it."""
    zone = ZoneInfo(business_unit(case.application.business_unit).time_zone)
    with translation.override(case.application.language):
        return {
            "who": word.said_by,
            "how": str(HOW[Help.Heard(word.channel)]),
            "day": date_format(localtime(case.now, zone), "DATE_FORMAT"),
            "helper": case.by.label,
        }
