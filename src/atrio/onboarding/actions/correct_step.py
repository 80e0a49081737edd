"""Correct what stands in an application, in an associate's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.engine.forms import Answers, validate
from atrio.engine.forms.validating import Submitted
from atrio.engine.process import Element
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.actions._ownership import take_if_free
from atrio.onboarding.actions._repair import answer_repair, open_repair
from atrio.onboarding.actions.decide_step import see_that_they_may_repair
from atrio.onboarding.case import Case, NewFact, open_case
from atrio.onboarding.models import Application, Fact, Step


class NothingToCorrect(Refused):
    """The application is over, or the form says what it said before."""


class ProvedByCode(Refused):
    """Access goes to this address: another one would let in somebody who has proved nothing."""


@transaction.atomic
def correct_step(
    *,
    by: Actor,
    application_id: UUID,
    step: str,
    submitted: Submitted,
    reason: str,
    and_try_again: bool,
    language: str,
    now: datetime,
) -> tuple[Application, Answers]:
    """Change what a customer's step says, checked as the customer's own answers are.

    Each changed field keeps its old value in the field history, with who changed it; `reason`
    stands in the timeline. With `and_try_again` the repair that is open is answered at once: the
    call is made once more, and searches first. Raises NotFound, NotAllowed, SomebodyElseDecides,
    NothingToCorrect, ProvedByCode.
    """
    case = open_case(by=by, application_id=application_id, now=now)
    see_that_they_may_repair(case, by=by)
    element = _correctable(case, step)
    form = case.journey.forms[element.target]
    answers = validate(form, submitted, facts=case.tree, language=language)
    if not answers.ok:
        return case.application, answers
    held = case.facts
    changed = {name: value for name, value in answers.values.items() if held.get(name) != value}
    proved = {one.attributes.get("proof") for one in case.journey.elements("user")}
    if proved & changed.keys():
        raise ProvedByCode(_("This address was proved by a code: only its owner changes it."))
    if not changed and not and_try_again:
        raise NothingToCorrect(_("Nothing has been changed."))
    _take_over(case, changed, [name for name in answers.hidden if name in held], reason, step)
    repair = open_repair(case) if and_try_again else None
    take_if_free(case, but=repair)
    if repair:
        answer_repair(case, repair, origin=Fact.Origin.STAFF)
        advance_and_save(case)
    else:
        case.save()
    return case.application, answers


def _correctable(case: Case, step: str) -> Element:
    found = next((one for one in case.journey.correctable if one.id == step), None)
    was_answered = Step.objects.filter(
        application=case.application, element=step, outcome="completed"
    )
    if found is None or not was_answered.exists():
        raise NotFound(_("There is no such step to correct."))
    if case.application.finished_at:
        raise NothingToCorrect(_("The application is over."))
    return found


def _take_over(
    case: Case, changed: Mapping[str, object], emptied: list[str], reason: str, step: str
) -> None:
    if not (changed or emptied):
        return
    case.add_facts(
        [
            *(NewFact(name, value, Fact.Origin.STAFF) for name, value in changed.items()),
            *(NewFact(name, None, Fact.Origin.STAFF, Fact.Status.REJECTED) for name in emptied),
        ],
        step=None,
    )
    case.note_title()
    case.tell("facts.corrected", step=step, fields=sorted([*changed, *emptied]), reason=reason)
