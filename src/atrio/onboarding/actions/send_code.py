"""Send the code once more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound
from atrio.onboarding.actions._helping import see_that_they_may_fill_in
from atrio.onboarding.actions._proof import send_code
from atrio.onboarding.actions.submit_step import StepNotOpen, find_open_step
from atrio.onboarding.case import open_case


@transaction.atomic
def send_code_again(
    *, by: Actor, step: str, now: datetime, application_id: UUID | None = None
) -> str:
    """Send a new code for an open step and return the address it went to.

    One of ours who helps names the application. Raises NotFound, NotAllowed, NothingToHelp,
    StepNotOpen, CodeTooSoon.
    """
    wanted = by.application or application_id
    if wanted is None:
        raise NotFound(_("There is no such application."))
    case = open_case(by=by, application_id=wanted, now=now)
    if by.kind != "applicant":
        see_that_they_may_fill_in(case)
    find_open_step(case, step)
    field = case.run.open_at(step).attributes.get("proof")
    if not field:
        raise StepNotOpen(_("This step needs no code."))
    send_code(case, field=field)
    case.save()
    return str(case.facts[field])
