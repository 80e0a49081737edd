"""Why a person is asked, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from atrio.journeys.journey import Journey
from atrio.onboarding.queries import ApplicationPage
from atrio.onboarding.queue import WANTS_A_PERSON


def why(
    journey: Journey, element: str, *, reasons: Iterable[str], error: str, language: str
) -> str:
    """Return what failed where a step repairs a call, else why a table wants somebody to look."""
    found = next((one for one in journey.blueprint.elements if one.id == element), None)
    if found is None:
        return ""
    if found.kind == "call" or "repairs" in found.attributes:
        return error
    if found.kind != "user" or found.lane != "associate":
        return ""
    return " ".join(journey.reason(str(code), language) for code in reasons)


def why_on_page(page: ApplicationPage, journey: Journey, element: str, *, language: str) -> str:
    """Return the same for a step of an application whose page is shown, with what was asked."""
    repaired = _repaired(journey, element)
    failed = [call for call in page.calls if call.status == "failed"]
    failed = [call for call in failed if call.step.element == repaired] or failed
    said = why(
        journey,
        element,
        reasons=next(
            (row.reasons for row in reversed(page.decisions) if row.outcome in WANTS_A_PERSON), []
        ),
        error=failed[-1].error if failed else "",
        language=language,
    )
    return f"{journey.step_name(repaired, language)}: {said}" if repaired and said else said


def _repaired(journey: Journey, element: str) -> str:
    found = (one for one in journey.blueprint.elements if one.id == element)
    return next((one.attributes.get("repairs", "") for one in found), "")
