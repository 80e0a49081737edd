"""Background work on applications: ask outside systems, let timers go off."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID

import structlog
from django.utils import timezone

from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.kernel.queue import job, later
from atrio.onboarding import actions
from atrio.onboarding.calls import CALLS, Answer, Question, Registered, Surprise
from atrio.onboarding.locks import SOMEBODY_ELSE_IS_AT_IT, key_lock
from atrio.onboarding.models import Call
from atrio.onboarding.outages import put_off_by, stopped_by
from atrio.outside.actions import asking
from atrio.outside.breaker import Resting
from atrio.outside.retry import delay

log = structlog.get_logger(__name__)
LEAST_TIME = timedelta(seconds=5)
MOST_CRASHES = 5
LINK_REQUESTS_KEPT = timedelta(days=30)
_CRASHES = "Each worker that made this call came to its end over it"
ONE_AFTER_THE_OTHER = timedelta(milliseconds=50)
# What has gone on reaches its end before the next goes on, and who has just come does not wait
# behind a day's backlog.
BEHIND_WHAT_IS_UNDER_WAY = -1
_random = Random()  # noqa: S311 - jitter, not a secret


@job("onboarding.run_call")
def run_call(*, call_id: UUID) -> None:
    """Make one attempt at a call and hand what came of it to a use case."""
    with key_lock(call_id) as is_ours:
        if is_ours:
            _attempt(call_id)
        else:
            later("onboarding.run_call", call_id=call_id, run_in=SOMEBODY_ELSE_IS_AT_IT)


def _attempt(call_id: UUID) -> None:
    """Begin under the lock: what was over by then is not asked again, and waiting is no attempt."""
    begun = actions.begin_call(call_id=call_id, now=timezone.now())
    if begun is None:
        return
    call, question = begun
    registered = CALLS[call.name]
    with structlog.contextvars.bound_contextvars(application=question.reference, call=call.name):
        if call.crashes > MOST_CRASHES:
            _give_up(call, registered, question, OutsideFailure(_CRASHES, code="crash"))
            return
        try:
            answer = _ask(call, registered, question)
        except OutsideBusy as error:
            log.info("call.busy", error=str(error), attempt=call.attempts)
            _try_later_or_give_up(call, registered, question, error)
        except OutsideFailure as error:
            log.warning("call.failed", error=str(error), code=error.code)
            _give_up(call, registered, question, error)
        else:
            actions.finish_call(call_id=call_id, answer=answer, now=timezone.now())


def _ask(call: Call, registered: Registered, question: Question) -> Answer:
    """Ask, and keep what was said to whom, however it ended."""
    if question.connection is None:
        return registered.handler(question)
    with asking(
        connection=question.connection,
        operation=registered.name,
        # However slowly it answers: whoever waits for us is told in time.
        within=max(call.give_up_at - question.now, LEAST_TIME),
        key=question.key,
        attempt=question.attempt,
        application_id=question.application_id,
        call_id=question.call_id,
    ):
        return registered.handler(question)


def _try_later_or_give_up(
    call: Call, registered: Registered, question: Question, error: OutsideBusy
) -> None:
    now = timezone.now()
    wait = error.until - now if isinstance(error, Resting) else timedelta(0)
    wait = max(wait, delay(call.attempts, random=_random))
    if now + wait < call.give_up_at:
        actions.postpone_call(call_id=call.pk, error=error, wait=wait, now=now)
    else:
        _give_up(call, registered, question, OutsideFailure(str(error), code="unreachable"))


def _give_up(call: Call, registered: Registered, question: Question, error: OutsideFailure) -> None:
    answer = registered.unanswered(question) if registered.unanswered else None
    if isinstance(error, Surprise):
        answer = error.answer
    actions.fail_call(call_id=call.pk, error=error, answer=answer, now=timezone.now())


@job("onboarding.take_access_decision")
def take_access_decision(*, request_id: UUID) -> None:
    """Let an application go on as an admin of its account has decided."""
    actions.take_access_decision(request_id=request_id, now=timezone.now())


@job("onboarding.take_credit_withdrawal")
def take_credit_withdrawal(*, withdrawal_id: UUID) -> None:
    """Take an account's request for a credit line back, as its admin has said."""
    actions.take_credit_withdrawal(withdrawal_id=withdrawal_id, now=timezone.now())


@job("onboarding.fire_timer")
def fire_timer(*, application_id: UUID, task_id: str) -> None:
    """Let a timer of a process go off, if it still matters."""
    actions.fire_timer(application_id=application_id, task_id=task_id, now=timezone.now())


@job("onboarding.resume_waiting")
def resume_waiting(*, connection: str) -> None:
    """Let everything go on that a silent system had held up, least promised time left first.

    Before all others those who are still being tried for: they wait at their screens, and what
    they were promised can still be kept.
    """
    put_off = put_off_by(connection)
    for place, call_id in enumerate(put_off):
        later(
            "onboarding.run_call",
            call_id=call_id,
            once=str(call_id),
            # Not all at once on somebody who has just got up.
            run_in=place * ONE_AFTER_THE_OTHER,
        )
    for place, application_id in enumerate(stopped_by(connection), start=len(put_off)):
        later(
            "onboarding.resume",
            application_id=application_id,
            once=str(application_id),
            run_in=place * ONE_AFTER_THE_OTHER,
            priority=BEHIND_WHAT_IS_UNDER_WAY,
        )


@job("onboarding.resume")
def resume(*, application_id: UUID) -> None:
    """Let one application go on, if it still waits."""
    actions.resume_application(application_id=application_id, now=timezone.now())


@job("onboarding.answer_link_request")
def answer_link_request(*, request_id: UUID) -> None:
    """Write to somebody who has begun before and lost the link."""
    actions.answer_link_request(request_id=request_id, now=timezone.now())


@job("onboarding.forget_link_requests", every=timedelta(days=1))
def forget_link_requests() -> None:
    """Forget who has asked for links long ago: anybody's address can be typed."""
    actions.forget_link_requests(before=timezone.now() - LINK_REQUESTS_KEPT)


@job("onboarding.note_bounce")
def note_bounce(*, message_id: UUID) -> None:
    """Note that a customer's address sends our letters back."""
    actions.note_bounce(message_id=message_id, now=timezone.now())
