"""Take an associate's word on a step that is theirs: approve, decline, repair."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.engine.forms import Answers, validate
from atrio.engine.forms.validating import Submitted
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.actions._ownership import MAY_DECIDE as MAY_DECIDE
from atrio.onboarding.actions._ownership import kept_from, take_if_free
from atrio.onboarding.actions.submit_step import find_open_step
from atrio.onboarding.case import Case, NewFact, open_case
from atrio.onboarding.models import Application, Fact, Step


class SomebodyElseDecides(NotAllowed):
    """The actor has decided before, or sells to this customer: another person must look."""


def see_that_they_may_decide(case: Case, step: Step, *, by: Actor) -> None:
    """Return if this person may answer the step. Raises NotAllowed, SomebodyElseDecides.

    Who sells to a customer does not decide on their application, and of four eyes two are
    another person's; so is what somebody decides whose answers one has typed, where policy says so.
    """
    see_that_they_may_repair(case, by=by)
    if by.id in kept_from(case, step):
        raise SomebodyElseDecides(
            _("You have decided already, or typed for the customer: a second person must look.")
        )


def see_that_they_may_repair(case: Case, *, by: Actor) -> None:
    """Return if this person may put it right. Raises NotAllowed, SomebodyElseDecides."""
    if not by.has_role(*MAY_DECIDE):
        raise NotAllowed(_("Only associates decide on applications."))
    if str(case.application.sold_by_id) == by.id:
        raise SomebodyElseDecides(_("You sell to this customer: somebody else decides."))


@transaction.atomic
def decide_step(
    *,
    by: Actor,
    application_id: UUID,
    step: str,
    submitted: Submitted,
    language: str,
    now: datetime,
) -> tuple[Application, Answers]:
    """Check an associate's answers to their step and go on. Who sells does not decide.

    What nobody has is theirs from now on; what a colleague has may be decided in their absence.

    `language` is the associate's own: numbers and dates are read as they write them.

    Raises NotFound, NotAllowed, SomebodyElseDecides, StepNotOpen.
    """
    case = open_case(by=by, application_id=application_id, now=now)
    open_step = find_open_step(case, step, lane="associate")
    see_that_they_may_decide(case, open_step, by=by)
    answers = validate(
        case.journey.forms[open_step.target],
        submitted,
        facts=case.tree,
        language=language,
    )
    if not answers.ok:
        return case.application, answers
    take_if_free(case, but=open_step)
    case.add_facts(
        (
            NewFact(name, value, Fact.Origin.STAFF, Fact.Status.VERIFIED)
            for name, value in answers.values.items()
        ),
        step=open_step,
    )
    case.close(open_step, "completed")
    case.run.complete(open_step.task_id, case.tree, now=now)
    advance_and_save(case)
    return case.application, answers
