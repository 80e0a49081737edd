"""Begin an application as a program with a key asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from atrio.journeys.queries import compiled, latest_release
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotFound
from atrio.kernel.ids import new_id
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.actions._helping import WRITES, see_that_the_key_lets
from atrio.onboarding.actions.start_application import new_case
from atrio.onboarding.models import Application
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import offers


def start_by_program(
    *,
    by: Actor,
    journey: str,
    unit: str = "",
    language: str,
    branch: str = "",
    now: datetime,
) -> Application:
    """Begin an application in the customer's language, by a program that speaks for them.

    `unit` is whose customer they want to be, the first of the key's that offers the journey if not
    said. The access clock starts now. Opens its own transaction, because the application only
    comes into being here. Raises NotFound for a journey that none of the key's units offers,
    NotAllowed.
    """
    see_that_the_key_lets(by, WRITES)
    own_id = new_id()
    with acting_as(replace(by, application=own_id)):
        seller = _offering(by, journey, unit)
        release_id = latest_release(journey, seller.code)
        case = new_case(
            by=by,
            application_id=own_id,
            release_id=release_id,
            unit=seller,
            language=compiled(release_id).language(language),
            visit=new_id(),
            first_page_at=now,
            branch=branch,
            channel=Application.Channel.API,
            now=now,
        )
        case.tell("application.started", journey=journey, channel=Application.Channel.API)
        advance_and_save(case)
    return case.application


def _offering(by: Actor, journey: str, unit: str) -> BusinessUnit:
    for pack, seller in offers():
        if pack == journey and seller.code in by.business_units and unit in ("", seller.code):
            return seller
    raise NotFound(_("Nobody offers this way to become a customer."))
