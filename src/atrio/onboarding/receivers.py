"""What onboarding does when it hears of things below."""

from __future__ import annotations

from atrio.kernel.events import on
from atrio.kernel.queue import later
from atrio.notices.events import MessageBounced
from atrio.onboarding.models import AccessRequest, Application, CreditWithdrawal
from atrio.outside.events import ConnectionRecovered
from atrio.parties.merging.references import refers
from atrio.seller.events import CalendarChanged

refers(Application, "account_id", to="account")
refers(AccessRequest, "account_id", to="account")
refers(CreditWithdrawal, "account_id", to="account")


@on(ConnectionRecovered)
def _go_on(event: ConnectionRecovered) -> None:
    later("onboarding.resume_waiting", connection=event.connection, once=event.connection)


@on(MessageBounced)
def _note_bounce(event: MessageBounced) -> None:
    if event.application_id is not None:
        later("onboarding.note_bounce", message_id=event.message_id)


@on(CalendarChanged)
def _move_promises(event: CalendarChanged) -> None:
    # Changed again before it was begun: once is enough.
    later("onboarding.move_promises", business_unit=event.business_unit, once=event.business_unit)
