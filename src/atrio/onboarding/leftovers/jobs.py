"""Look after what an application has left behind, in the background."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from uuid import UUID

import structlog
from django.utils import timezone

from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.kernel.queue import job, later
from atrio.onboarding.actions import question_about
from atrio.onboarding.calls import CALLS
from atrio.onboarding.leftovers import actions
from atrio.onboarding.locks import SOMEBODY_ELSE_IS_AT_IT, key_lock
from atrio.outside.actions import asking
from atrio.outside.queries import last_asked
from atrio.outside.retry import delay

log = structlog.get_logger(__name__)
MOST_SEARCHES = 200  # with a quarter of an hour in between about two days
_random = Random()  # noqa: S311 - jitter, not a secret


@job("onboarding.tidy_up")
def tidy_up(*, application_id: UUID) -> None:
    """Ask no admin any more, and look for what calls have left behind."""
    actions.overtake_requests(application_id=application_id, now=timezone.now())
    for call_id in actions.calls_to_look_behind(application_id):
        later("onboarding.look_behind", call_id=call_id)


@job("onboarding.look_behind")
def look_behind(*, call_id: UUID, searched: int = 0) -> None:
    """Search for what a call has made although nobody wants it any more, until it is known."""
    with key_lock(call_id) as is_ours:
        if not is_ours:  # it is under way even now
            later("onboarding.look_behind", call_id=call_id, run_in=SOMEBODY_ELSE_IS_AT_IT)
            return
        try:
            found = _search(call_id)
        except OutsideBusy as error:
            log.info("leftovers.busy", error=str(error), searched=searched)
            if searched < MOST_SEARCHES:
                wait = delay(searched + 1, random=_random)
                later("onboarding.look_behind", call_id=call_id, searched=searched + 1, run_in=wait)
                return
            found = None
        except OutsideFailure as error:
            log.warning("leftovers.failed", error=str(error), code=error.code)
            found = None
    actions.note_what_was_found(call_id=call_id, number=found, now=timezone.now())


def _search(call_id: UUID) -> str:
    call, question = question_about(call_id=call_id, now=timezone.now())
    search = CALLS[call.name].leaves_behind
    # Where it was asked: the unit may have another ERP by now.
    connection = last_asked(call.application_id, call_id=call_id) or question.connection
    if search is None or connection is None:
        return ""
    question = replace(question, connection=connection)
    with asking(
        connection=connection,
        operation=f"{call.name}.search",
        key=question.key,
        attempt=question.attempt,
        application_id=question.application_id,
        call_id=question.call_id,
    ):
        return search(question)
