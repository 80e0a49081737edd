"""Begin an application for a customer who stands at the counter or is on the telephone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.journeys.queries import compiled, latest_release
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound
from atrio.kernel.ids import new_id
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.actions._helping import MAY_HELP
from atrio.onboarding.actions._ownership import take_if_free
from atrio.onboarding.actions.fill_in_step import see_that_it_is_heard
from atrio.onboarding.actions.start_application import new_case
from atrio.onboarding.models import Application
from atrio.seller.queries import unit_for_journey


@transaction.atomic
def start_on_behalf(
    *,
    by: Actor,
    journey: str,
    unit: str = "",
    language: str,
    channel: str,
    branch: str = "",
    now: datetime,
) -> Application:
    """Begin an application in the customer's language, `language`; it is the actor's to look after.

    `unit` is whose customer they want to be, the first that offers the journey if not said. The
    access clock starts now. Raises NotFound for a journey that none of the actor's units offers,
    NotAllowed, NoChannel.
    """
    seller = unit_for_journey(journey, unit)
    if seller.code not in by.business_units:
        raise NotFound(_("Nobody offers this way to become a customer."))
    if by.kind != "staff" or not by.has_role(*MAY_HELP):
        raise NotAllowed(_("Only associates help with applications."))
    see_that_it_is_heard(channel, by=by)
    release_id = latest_release(journey, seller.code)
    case = new_case(
        by=by,
        application_id=new_id(),
        release_id=release_id,
        unit=seller,
        language=compiled(release_id).language(language),
        visit=new_id(),
        first_page_at=now,
        branch=branch,
        channel=channel,
        now=now,
    )
    case.tell("application.started", journey=journey, channel=channel)
    take_if_free(case)
    advance_and_save(case)
    return case.application
