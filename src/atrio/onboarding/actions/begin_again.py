"""Begin another application in the place of one that has ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from atrio.engine.forms import Form
from atrio.engine.forms.parts import parts_of
from atrio.engine.forms.reading import write
from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.kernel.rows import insert_all
from atrio.onboarding.actions.start_application import start_application
from atrio.onboarding.case import facts_held
from atrio.onboarding.models import Application, Typed
from atrio.onboarding.queries import get_application, journey_of
from atrio.onboarding.rules import current_facts

_ENDED = (Application.Status.WITHDRAWN, Application.Status.EXPIRED)
# Asked of every application anew: what one agrees to, and proofs.
_NOT_TAKEN_OVER = ("consent", "file")


class StillRuns(Refused):
    """The application has not ended: one goes on with that one."""


def begin_again(
    *,
    by: Actor,
    application_id: UUID,
    language: str,
    visit: UUID,
    first_page_at: datetime,
    now: datetime,
) -> Application:
    """Begin an application on the same journey, its forms filled in with what was typed before.

    Nothing is answered by that: each step is confirmed as if it had just been typed, the address
    is proved anew, and the register is asked anew. Raises NotFound, StillRuns.
    """
    before = get_application(by=by)
    if before.status not in _ENDED:
        raise StillRuns(_("This application still runs: simply go on with it."))
    facts = current_facts(facts_held(before.pk))
    application = start_application(
        application_id=application_id,
        journey=journey_of(before).pack.name,
        unit=before.business_unit,
        language=language,
        visit=visit,
        first_page_at=first_page_at,
        branch=before.branch,
        now=now,
    )
    # From here on the database knows us as the new applicant.
    if application.created_at == now:  # not what another click has begun
        insert_all(_half_typed(application, facts, language=language, now=now))
    return application


def _half_typed(
    application: Application, facts: dict[str, Any], *, language: str, now: datetime
) -> list[Typed]:
    journey = journey_of(application)
    return [
        Typed(application=application, element=element.id, raw=raw, at=now)
        for element in journey.elements("user")
        if element.lane == "customer"
        and not {"proof", "optional", "detour"} & element.attributes.keys()
        and (raw := _as_typed(journey.forms[element.target], facts, language))
    ]


def _as_typed(form: Form, facts: dict[str, Any], language: str) -> dict[str, str]:
    """Return facts as somebody would type them; what a register proposes it proposes again."""
    return {
        field.name: write(field, facts[field.name], language)
        for field in form.fields
        if facts.get(field.name) is not None
        and not (field.readonly or field.source or field.multiple or parts_of(field))
        and field.type not in _NOT_TAKEN_OVER
    }
