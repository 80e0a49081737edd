"""Begin an application."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from atrio.journeys.queries import compiled, latest_release
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.ids import new_id, new_reference
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.case import Case
from atrio.onboarding.models import Application
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import unit_for_journey


def start_application(
    *,
    journey: str,
    language: str,
    visit: UUID,
    first_page_at: datetime,
    now: datetime,
    unit: str = "",
    branch: str = "",
    application_id: UUID | None = None,
) -> Application:
    """Begin an application for a visitor whom nobody knows, in the latest release of the journey.

    `unit` is the code of the business unit whose customer they want to be, the first that offers
    the journey if they have not said. `first_page_at` starts the access clock; `branch` is where
    the visitor comes in, dropped when the business unit has no such branch. Opens its own
    transaction, because the applicant only comes into being here. Of two clicks at once with the
    same `application_id` the second finds what the first has begun. Raises NotFound when there is
    no such journey.
    """
    own_id = application_id or new_id()
    by = Actor(kind="applicant", id=str(own_id), application=own_id)
    try:
        return _start(
            by=by,
            journey=journey,
            language=language,
            visit=visit,
            first_page_at=first_page_at,
            now=now,
            unit=unit,
            branch=branch,
        )
    except IntegrityError:
        with acting_as(by):
            found = Application.objects.filter(pk=own_id).first()
        if found is None:
            raise
        return found


def _start(
    *,
    by: Actor,
    journey: str,
    language: str,
    visit: UUID,
    first_page_at: datetime,
    now: datetime,
    unit: str,
    branch: str,
) -> Application:
    with acting_as(by):
        seller = unit_for_journey(journey, unit)
        case = new_case(
            by=by,
            application_id=by.application or new_id(),
            release_id=latest_release(journey, seller.code),
            unit=seller,
            language=language,
            visit=visit,
            first_page_at=first_page_at,
            branch=branch,
            now=now,
        )
        case.tell("application.started", journey=journey)
        advance_and_save(case)
    return case.application


def new_case(
    *,
    by: Actor,
    application_id: UUID,
    release_id: UUID,
    unit: BusinessUnit,
    language: str,
    visit: UUID,
    first_page_at: datetime,
    now: datetime,
    branch: str = "",
    channel: str = Application.Channel.WEB,
) -> Case:
    """Return a new application, begun and not written down yet."""
    journey = compiled(release_id)
    application = Application(
        id=application_id,
        reference=new_reference(),
        release_id=release_id,
        business_unit=unit.code,
        branch=branch if branch in unit.branches else "",
        language=language,
        visit=visit,
        channel=channel,
        first_page_at=first_page_at,
        seen_at=now,
        remind_at=journey.pack.reminders.first_look(now),
        created_at=now,
    )
    return Case(
        application=application,
        journey=journey,
        by=by,
        now=now,
        is_new=True,
        fact_rows=[],
        open_steps={},
        run=journey.blueprint.start(journey.policy_facts, now=now),
    )
