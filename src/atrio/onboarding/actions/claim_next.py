"""Take what is most urgent of all that nobody has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed
from atrio.onboarding.actions._ownership import kept_from, let_own
from atrio.onboarding.actions.decide_step import MAY_DECIDE
from atrio.onboarding.case import applications_visible_to, open_case
from atrio.onboarding.models import Application, Step
from atrio.onboarding.promises.ticking import is_ours
from atrio.onboarding.queries import journey_of
from atrio.onboarding.queue import ids_of_view, of_view

AT_ONCE = 20


@transaction.atomic
def claim_next(*, by: Actor, now: datetime) -> Application | None:
    """Take the application that is due first among those that wait for an associate and are free.

    Left out are those that this person may not decide on: whose customer they sell to, or that
    want a second pair of eyes. However many ask at once, each gets another one: what somebody has
    in hand at this moment is passed over. None when nothing is left. Raises NotAllowed.
    """
    if not by.has_role(*MAY_DECIDE):
        raise NotAllowed(_("Only associates decide on applications."))
    free = of_view(applications_visible_to(by), "free", by)
    for candidate in _candidates(by):
        locked = free.filter(pk=candidate).select_for_update(no_key=True, skip_locked=True)
        if locked.values_list("pk", flat=True).first() is None:
            continue
        case = open_case(by=by, application_id=candidate, now=now)
        if any(
            by.id in kept_from(case, step) for step in case.open_steps.values() if is_ours(step)
        ):
            continue
        let_own(case, person_id=UUID(by.id), person=by.label)
        case.tell("application.claimed")
        case.save()
        return case.application
    return None


def _candidates(by: Actor) -> Iterator[UUID]:
    """Yield what this person might take, most urgent first, some read at a time."""
    start = 0
    while ids := ids_of_view(by, "free", slice(start, start + AT_ONCE)):
        rows = Application.objects.only("release_id", "current_step", "sold_by_id").in_bulk(ids)
        mine = Step.objects.filter(
            application__in=ids, by_kind="staff", by_id=by.id, outcome="completed"
        ).values_list("application_id", "element", "lane")
        # A step by its name; whoever typed for the customer, by the lane.
        answered = {(pk, name) for pk, element, lane in mine for name in (element, lane)}
        for pk in ids:
            if pk in rows and str(rows[pk].sold_by_id) != by.id:
                before = _answered_before(rows[pk])
                is_kept = any((pk, element) in answered for element in before)
                # Who met the step before may have nobody else to leave it to.
                if not is_kept or rows[pk].current_step in before:
                    yield pk
        start += AT_ONCE


def _answered_before(application: Application) -> tuple[str, ...]:
    """Return whose answers keep somebody from the step that waits; see `Journey.not_by`."""
    journey = journey_of(application)
    waiting = (one for one in journey.elements("user") if one.id == application.current_step)
    return next((journey.not_by(one) for one in waiting), ())
