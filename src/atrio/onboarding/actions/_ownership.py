"""Who looks after an application: one associate, whose own clock runs while they have a step."""

from __future__ import annotations

from uuid import UUID

from atrio.journeys.journey import CUSTOMER
from atrio.onboarding.case import Case
from atrio.onboarding.models import Step
from atrio.onboarding.promises.ticking import hand_to, is_ours
from atrio.seller.queries import colleagues_with

MAY_DECIDE = ("associate", "admin")


def let_own(
    case: Case, *, person_id: UUID | None, person: str = "", but: Step | None = None
) -> None:
    """Let somebody be the owner, or nobody (None). Their clock runs at each open step of ours.

    `but` is a step that is being answered at this moment: nobody has to be timed at it.
    """
    case.application.owner_id = person_id
    for step in case.open_steps.values():
        if is_ours(step) and step is not but:
            hand_to(case, step.element, person_id=person_id, person=person)


def take_if_free(case: Case, *, but: Step | None = None) -> None:
    """Let whoever works on an application that nobody has become its owner."""
    if case.application.owner_id is None and case.by.kind == "staff":
        let_own(case, person_id=UUID(case.by.id), person=case.by.label, but=but)
        case.tell("application.claimed")


def free_for_other_eyes(case: Case) -> None:
    """Let an application go whose owner may not answer what is asked now: a second person must."""
    owner_id = case.application.owner_id
    if owner_id is None:
        return
    for step in case.new_steps:
        is_asked = step.task_id in case.open_steps and is_ours(step)
        if is_asked and str(owner_id) in kept_from(case, step):
            let_own(case, person_id=None)
            case.tell("application.freed", step=step.element)


def kept_from(case: Case, step: Step) -> frozenset[str]:
    """Return the ids of those who may not answer a step because of what they have answered before.

    Of four eyes two are another person's, always. A step that names itself is met again, as a
    review after an objection: somebody else is to look with fresh eyes, if there is anybody.
    Whoever typed for the customer is kept from what says CUSTOMER, always.
    """
    before = case.journey.not_by(case.run.open_at(step.element))
    typists = _typed_for_the_customer(case) if CUSTOMER in before else frozenset()
    kept = frozenset(filter(None, (_answered_by(case, element) for element in before)))
    if kept and step.element in before and not _somebody_else(case, kept | typists):
        return typists
    return kept | typists


def _typed_for_the_customer(case: Case) -> frozenset[str]:
    """Return the ids of those of ours who have typed answers of the customer's."""
    now = {step.by_id for step in case.closed if step.lane == CUSTOMER and step.by_kind == "staff"}
    before = Step.objects.filter(
        application=case.application, lane=CUSTOMER, by_kind="staff", outcome="completed"
    )
    return frozenset({*now, *before.values_list("by_id", flat=True)})


def _somebody_else(case: Case, kept: frozenset[str]) -> bool:
    """Say whether anybody but these may decide on an application."""
    not_they = {*kept, str(case.application.sold_by_id)}
    people = colleagues_with(case.application.business_unit, *MAY_DECIDE)
    return any(str(one.pk) not in not_they for one in people)


def _answered_by(case: Case, element: str) -> str | None:
    """Return the id of whoever of ours answered a step last, None if nobody did."""
    for step in reversed(case.closed):  # not written down yet
        if step.element == element and step.outcome == "completed":
            return step.by_id
    answered = Step.objects.filter(
        application=case.application, element=element, outcome="completed"
    )
    return answered.order_by("-closing").values_list("by_id", flat=True).first()
