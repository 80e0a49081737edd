"""What a delegate does with the step they were asked for: fill it in, or say no."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.engine.forms import Answers
from atrio.engine.forms.validating import Submitted
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.kernel.rows import update_row
from atrio.onboarding.actions._delegations import ANSWERED, DECLINED, write_of_the_delegate
from atrio.onboarding.actions.submit_step import keep_as_typed, read_answers, take_answers
from atrio.onboarding.case import Case, open_case
from atrio.onboarding.delegations import (
    applications_delegated_to,
    delegations_visible_to,
    how_it_stands,
)
from atrio.onboarding.models import Application, Delegation


class NotAskedAnyMore(Refused):
    """The step was filled in meanwhile, taken back, or the time for it is over."""


@transaction.atomic
def answer_delegated_step(
    *, by: Actor, submitted: Submitted, language: str, now: datetime
) -> tuple[Application, Answers]:
    """Take a delegate's answers to the step they were asked for, as if the applicant had said them.

    The answers are the customer's; the delegate is who gave them. `language` is theirs, the
    application keeps its own. What cannot be taken is kept as typed, for them and the applicant.
    Raises NotFound, NotAskedAnyMore.
    """
    case, delegation = _open(by, now)
    element = delegation.step.element
    answers, _is_news = read_answers(case, element, submitted, language=language)
    case.application.seen_at = now  # somebody of theirs is here
    if not answers.ok:
        keep_as_typed(case, element, answers)
        return case.application, answers
    case.tell("step.delegate_answered", step=element, delegation=str(delegation.pk))
    take_answers(case, element, answers)
    write_of_the_delegate(case, delegation, ANSWERED)
    return case.application, answers


@transaction.atomic
def decline_delegated_step(*, by: Actor, now: datetime) -> None:
    """Say that somebody else has to fill it in; the applicant hears of it.

    Raises NotFound, NotAskedAnyMore.
    """
    case, delegation = _open(by, now)
    delegation.ended, delegation.ended_at = Delegation.Ended.DECLINED, now
    update_row(delegation, "ended", "ended_at")
    case.tell("step.delegate_declined", step=delegation.step.element, delegation=str(delegation.pk))
    case.save()
    write_of_the_delegate(case, delegation, DECLINED)


def _open(by: Actor, now: datetime) -> tuple[Case, Delegation]:
    """Lock the application first, then see whether the delegate is still asked."""
    if by.application is None:
        raise NotFound(_("This address does not lead to a step."))
    case = open_case(
        by=by, application_id=by.application, now=now, among=applications_delegated_to(by)
    )
    delegation = delegations_visible_to(by).select_related("step").get()
    if how_it_stands(delegation, now=now) != "open":
        raise NotAskedAnyMore(_("You are not asked for this any more."))
    case.by = replace(by, label=delegation.name)
    return case, delegation
