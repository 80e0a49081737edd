"""What becomes of events below: whoever wants to hear of them is told."""

from __future__ import annotations

from django.utils import timezone

from atrio.integrators.webhooks.queries import is_anybody_listening
from atrio.kernel.events import on
from atrio.kernel.ids import new_id
from atrio.kernel.queue import later
from atrio.onboarding.events import ApplicationMoved


@on(ApplicationMoved)
def _tell(event: ApplicationMoved) -> None:
    if not is_anybody_listening(event.business_unit):
        return
    at = timezone.now().isoformat()
    for what in event.what:
        later(
            "integrators.tell",
            application_id=event.application_id,
            event_id=new_id(),
            what=what,
            at=at,
        )
