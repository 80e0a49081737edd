"""Which ways there are to become a customer, with their steps and fields."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Router

from atrio.api.access import IntegratorRequest, Key, reader
from atrio.api.fields import schema_of
from atrio.api.problems import FOUND, REFUSALS
from atrio.api.schemas import Journey, JourneyInBrief, Journeys, JourneyStep, Slug, Unit
from atrio.engine.forms import bound
from atrio.journeys import queries
from atrio.journeys.journey import CUSTOMER
from atrio.journeys.journey import Journey as Compiled
from atrio.journeys.messages import say
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotFound
from atrio.seller.queries import offers

router = Router(tags=["journeys"], auth=Key("journeys:read"))


@router.get("", response={200: Journeys, **REFUSALS}, url_name="journeys")
def list_journeys(request: IntegratorRequest) -> Journeys:
    """List the journeys that the key's business units offer."""
    language = reader()
    with acting_as(request.auth):
        return Journeys(items=[_brief(*found, language) for found in _offered(request)])


@router.get("/{slug:journey}", response={200: Journey, **FOUND}, url_name="journey")
def read_journey(
    request: IntegratorRequest,
    journey: Path[Slug],
    business_unit: Unit = "",
) -> Journey:
    """Read a journey's steps and the fields of each, as JSON Schema.

    What is asked may depend on earlier answers: what holds for one application is told by its
    own steps.
    """
    language = reader()
    with acting_as(request.auth):
        for pack, unit, compiled in _offered(request):
            if pack == journey and business_unit in ("", unit):
                return _full(pack, unit, compiled, language)
    raise NotFound(_("There is no such journey."))


def _offered(request: HttpRequest) -> list[tuple[str, str, Compiled]]:
    units = request.auth.business_units  # type: ignore[attr-defined]
    published = set(queries.offered_packs())
    return [
        (pack, unit.code, queries.compiled(queries.latest_release(pack, unit.code)))
        for pack, unit in offers()
        if unit.code in units and pack in published
    ]


def _brief(pack: str, unit: str, journey: Compiled, language: str) -> JourneyInBrief:
    return JourneyInBrief(
        journey=pack,
        business_unit=unit,
        country=journey.pack.country,
        languages=list(journey.pack.languages),
        title=journey.pack.title(language),
        summary=journey.pack.summary(language),
    )


def _full(pack: str, unit: str, journey: Compiled, language: str) -> Journey:
    release = queries.latest_release(pack, unit)
    return Journey(
        **_brief(pack, unit, journey, language).model_dump(),
        version=queries.version_of(release),
        steps=[
            JourneyStep(
                step=element.id,
                title=journey.step_name(element.id, language),
                is_detour=element.id in journey.detours,
                answers=schema_of(
                    bound(
                        journey.forms[element.target],
                        language=language,
                        say=say,
                        facts=journey.policy_facts,
                    )
                ),
            )
            for element in journey.elements("user")
            if element.lane == CUSTOMER
        ],
    )
