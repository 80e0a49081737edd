"""What onboarding does when it hears of things below."""

from __future__ import annotations

from atrio.kernel.events import on
from atrio.kernel.queue import later
from atrio.outside.events import ConnectionRecovered


@on(ConnectionRecovered)
def _go_on(event: ConnectionRecovered) -> None:
    later("onboarding.resume_waiting", connection=event.connection, once=event.connection)
