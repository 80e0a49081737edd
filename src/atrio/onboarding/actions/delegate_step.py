"""Ask somebody else at the company to fill in a step, remind them, and take it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.engine.forms.cleaning import Invalid, clean_text
from atrio.journeys.journey import Journey
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.kernel.rows import update_row
from atrio.onboarding.actions._delegations import (
    ASKED_AGAIN,
    see_that_there_may_be_a_letter,
    write_letter_to_delegate,
)
from atrio.onboarding.actions._helping import see_that_they_may_help
from atrio.onboarding.actions._letters import as_address
from atrio.onboarding.actions.submit_step import find_open_step
from atrio.onboarding.case import Case, open_case
from atrio.onboarding.delegations import NOTICE, called, may_delegate
from atrio.onboarding.models import Application, Delegation, Step
from atrio.seller.queries import is_of_staff

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LIFE = timedelta(days=14)
LONGEST_NAME, LONGEST_NOTE = 80, 300
PAUSE = timedelta(hours=1)
MOST_REMINDERS = 3


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked, with what words, and at whose word: somebody at their own company."""

    name: str
    email: str
    note: str = ""
    asked_by: str = ""


class AskedWrongly(Refused):
    """What was typed will not do; `field` says which of it."""

    def __init__(self, field: str, message: str | _StrPromise) -> None:
        super().__init__(message)
        self.field = field


class NotToBeDelegated(Refused):
    """The step says who the applicant is, or it is not known yet for whom it is asked."""


class AskedAlready(Refused):
    """Somebody else was asked for the step, and still owes it."""


class NobodyAsked(Refused):
    """Nobody is asked for the step, any more."""


class RemindedTooSoon(Refused):
    """They were written to a moment ago, or often enough."""


@transaction.atomic
def delegate_step(
    *,
    by: Actor,
    step: str,
    asking: Asking,
    now: datetime,
    application_id: UUID | None = None,
) -> Delegation:
    """Ask somebody to fill in an open step, and write to them; asked twice, once.

    One of ours who helps names the application, and asks at the applicant's word. Raises NotFound,
    NotAllowed, NothingToHelp, StepNotOpen, ApplicationOver, NotToBeDelegated, AskedWrongly,
    AskedAlready, EnoughAsked.
    """
    case = _open(by, application_id, now)
    row = find_open_step(case, step)
    _see_that_it_may_be_asked(case, step)
    asking = _read(asking, by=by)
    held = _latest(case, row)
    if held is not None and not held.ended:
        if held.valid_until > now:
            if held.email == asking.email:
                return held
            raise AskedAlready(
                _("%(name)s is asked for this already. Take that back first.") % {"name": held.name}
            )
        _end(held, Delegation.Ended.RAN_OUT, now=now)
    see_that_there_may_be_a_letter(case, asking.email)
    delegation = Delegation.objects.create(
        application=case.application,
        step=row,
        name=asking.name,
        email=asking.email,
        note=asking.note,
        asked_by_kind=by.kind,
        asked_by_id=by.id[:40],
        asked_by_label=asking.asked_by,
        helper_label=by.label[:120] if by.kind == "staff" else "",
        asked_at=now,
        valid_until=now + LIFE,
    )
    write_letter_to_delegate(
        case.application,
        case.journey,
        delegation,
        notice=NOTICE,
        occasion="first",
        customer=called(case.application, case.facts),
        now=now,
    )
    case.tell("step.delegated", step=step, delegation=str(delegation.pk), to=asking.name)
    case.application.delegated_at = now
    case.save()
    update_row(case.application, "delegated_at")
    return delegation


@transaction.atomic
def take_step_back(
    *, by: Actor, step: str, now: datetime, application_id: UUID | None = None
) -> str:
    """End what somebody was asked for, and their link with it; return who it was.

    Raises NotFound, NotAllowed, NothingToHelp, StepNotOpen, ApplicationOver, NobodyAsked.
    """
    case = _open(by, application_id, now)
    delegation = _asked(case, step)
    _end(delegation, Delegation.Ended.TAKEN_BACK, now=now)
    case.tell("step.taken_back", step=step, delegation=str(delegation.pk), to=delegation.name)
    case.save()
    return delegation.name


@transaction.atomic
def remind_delegate(
    *, by: Actor, step: str, now: datetime, application_id: UUID | None = None
) -> str:
    """Write once more to whoever owes a step; return who it is.

    Raises NotFound, NotAllowed, NothingToHelp, StepNotOpen, ApplicationOver, NobodyAsked,
    RemindedTooSoon, EnoughAsked.
    """
    case = _open(by, application_id, now)
    delegation = _asked(case, step)
    if delegation.ended or delegation.valid_until <= now:
        raise NobodyAsked(_("The link has run out. Ask them anew."))
    if not may_be_reminded(delegation, now=now):
        raise RemindedTooSoon(
            _("We have written to them a short while ago, or several times. Perhaps you call them?")
        )
    see_that_there_may_be_a_letter(case, delegation.email)
    remind_by_letter(
        case.application,
        case.journey,
        delegation,
        occasion=str(delegation.reminders),
        facts=case.facts,
        now=now,
    )
    case.tell("step.delegate_reminded", step=step, delegation=str(delegation.pk))
    case.save()
    return delegation.name


def may_be_reminded(delegation: Delegation, *, now: datetime) -> bool:
    """Say whether whoever owes a step may be written to once more: a few times, hours apart."""
    last = delegation.reminded_at or delegation.asked_at
    return now - last >= PAUSE and delegation.reminders < MOST_REMINDERS


def remind_by_letter(
    application: Application,
    journey: Journey,
    delegation: Delegation,
    *,
    occasion: str,
    facts: Mapping[str, object],
    now: datetime,
) -> None:
    """Write to a delegate once more, and keep that it was done."""
    delegation.reminders += 1
    delegation.reminded_at = now
    update_row(delegation, "reminders", "reminded_at")
    write_letter_to_delegate(
        application,
        journey,
        delegation,
        notice=ASKED_AGAIN,
        occasion=occasion,
        customer=called(application, facts),
        now=now,
    )


def _open(by: Actor, application_id: UUID | None, now: datetime) -> Case:
    """Open the applicant's own application, or the one that one of ours helps with."""
    wanted = by.application if by.kind == "applicant" else application_id
    if wanted is None:
        raise NotFound(_("There is no such application."))
    if by.kind not in {"applicant", "staff"}:
        raise NotAllowed(_("Only applicants and who helps them ask others for a step."))
    case = open_case(by=by, application_id=wanted, now=now)
    if by.kind == "staff":
        see_that_they_may_help(case)
    return case


def _see_that_it_may_be_asked(case: Case, step: str) -> None:
    if not called(case.application, case.facts) or not may_delegate(case.journey, step):
        raise NotToBeDelegated(_("Nobody else can fill in this step."))


def _read(asking: Asking, *, by: Actor) -> Asking:
    """Return what was typed, cleaned. Raises AskedWrongly for the first thing that is wrong."""
    name = _text("name", asking.name, LONGEST_NAME)
    if not name:
        raise AskedWrongly("name", _("Say whom you ask."))
    email = as_address(asking.email)
    if not email:
        raise AskedWrongly(
            "email", _("This is not an email address. Write it as in name@company.com.")
        )
    if by.kind == "staff" and is_of_staff(email):
        # They would answer in a customer's name and be named as nobody of ours. Applicants are not
        # told who works here.
        raise AskedWrongly("email", _("Somebody of our own team cannot answer for a customer."))
    asked_by = _text("asked_by", asking.asked_by, LONGEST_NAME)
    if not asked_by:
        raise AskedWrongly("asked_by", _("Say who asks, so that they know."))
    note = _text("note", asking.note, LONGEST_NOTE, multiline=True)
    return Asking(name=name, email=email, note=note, asked_by=asked_by)


def _text(field: str, text: str, longest: int, *, multiline: bool = False) -> str:
    try:
        return clean_text(text, max_length=longest, multiline=multiline)
    except Invalid:
        raise AskedWrongly(field, _("Please write less, and only letters.")) from None


def _asked(case: Case, step: str) -> Delegation:
    """Return what the open step was delegated by. Raises NobodyAsked."""
    found = _latest(case, find_open_step(case, step))
    if found is None or found.ended:
        raise NobodyAsked(_("Nobody is asked for this step."))
    return found


def _latest(case: Case, step: Step) -> Delegation | None:
    asked = Delegation.objects.filter(application=case.application, step=step)
    return asked.select_related("step").order_by("-id").first()


def _end(delegation: Delegation, how: Delegation.Ended, *, now: datetime) -> None:
    delegation.ended, delegation.ended_at = how, now
    update_row(delegation, "ended", "ended_at")
