"""Do all that needs no one: decide tables, send notices, queue calls or make them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest

from atrio.checks.models import Decision
from atrio.engine.process import OpenTask
from atrio.kernel.events import announce
from atrio.kernel.queue import later
from atrio.kernel.rows import insert_all
from atrio.onboarding.actions._calling import is_done_at_once
from atrio.onboarding.actions._letters import write_to_applicant
from atrio.onboarding.actions._ownership import free_for_other_eyes
from atrio.onboarding.actions._proof import CodeTooSoon, proved_by, send_code, who_proved
from atrio.onboarding.case import Case, NewFact
from atrio.onboarding.events import ApplicationMoved, Moved
from atrio.onboarding.models import Application, Call, Fact, Step
from atrio.onboarding.promises.credit import (
    CREDIT_LINE,
    credit_moved,
    follows_credit,
    tell_of_credit,
)
from atrio.onboarding.promises.ticking import tick_promises
from atrio.onboarding.timers import queue_timers


def advance_and_save(case: Case) -> None:
    """Bring the case to where a person or an outside system has the turn, and write it down."""
    is_background = case.by.kind == "system"
    with case.as_ourselves():
        _advance(case, is_background=is_background)
        is_reopened = _finish(case)
        free_for_other_eyes(case)
        asked_for_credit = follows_credit(case)
        ran = CREDIT_LINE in case.application.clocks
        tick_promises(case, is_reopened=is_reopened)
    case.save()
    if moved := (*_moved(case), *credit_moved(case, ran=ran)):
        announce(ApplicationMoved(case.application.pk, case.application.business_unit, moved))
    if asked_for_credit or follows_credit(case):
        tell_of_credit(case.application.pk)
    for call in case.new_calls:
        if call.status == Call.Status.DONE:
            continue
        later("onboarding.run_call", call_id=call.pk)
    queue_timers(case.run, application_id=case.application.pk, now=case.now)


_ENDS: Mapping[str, Moved] = {
    Application.Status.DONE: "application.approved",
    Application.Status.DECLINED: "application.declined",
    Application.Status.WITHDRAWN: "application.withdrawn",
    Application.Status.EXPIRED: "application.expired",
}


def _moved(case: Case) -> tuple[Moved, ...]:
    """Say to where the case has come here that others may want to know of."""
    application, found = case.application, list[Moved]()
    if application.submitted_at == case.now:
        found.append("application.submitted")
    if case.has_opened_account:
        found.append("account.opened")
    if application.finished_at == case.now:
        found.append(_ENDS[application.status])
    is_asked = any(
        step.kind == "user" and step.lane == Application.WaitingOn.CUSTOMER
        for step in case.new_steps
        if step.task_id in case.open_steps
    )
    if is_asked and application.finished_at is None:
        found.append("application.waiting")
    return tuple(found)


def settle_steps(case: Case) -> None:
    """Bring the open steps in line with a process that was taken back."""
    _drop_steps_the_process_left(case)
    for task in case.run.open_tasks:
        if task.id not in case.open_steps:
            case.open(task)


def _advance(case: Case, *, is_background: bool) -> None:
    moved = True
    while moved:
        moved = False
        _drop_steps_the_process_left(case)
        for task in case.run.open_tasks:
            if task.id in case.open_steps:
                continue
            step = case.open(task)
            if task.kind == "table":
                _decide(case, step)
            elif task.kind == "notice":
                _notify(case, task, step)
            elif task.kind == "call":
                if not is_done_at_once(case, task, step, is_background=is_background):
                    continue
            elif not _is_answered(case, task, step):
                continue
            case.close(step, "completed")
            case.run.complete(task.id, case.tree, now=case.now)
            moved = True
            break


def _drop_steps_the_process_left(case: Case) -> None:
    """Close what a boundary event or a rewind has taken away from under its owner."""
    still_open = {task.id for task in case.run.open_tasks}
    gone = [step for task_id, step in case.open_steps.items() if task_id not in still_open]
    for step in gone:
        case.close(step, "undone")
    if any(step.lane == Application.WaitingOn.ADMIN for step in gone):
        # Only the background knows whom we have asked.
        later("onboarding.tidy_up", application_id=case.application.pk)
    calls = [step.pk for step in gone if step.kind == "call"]
    if calls:
        Call.objects.filter(step__in=calls, finished_at=None).update(
            status=Call.Status.CANCELLED, finished_at=moment_of_end(case.now)
        )


def moment_of_end(now: datetime) -> Greatest:
    """Return when a call ended; the machine that began it may be ahead of our clock."""
    return Greatest(F("created_at"), Value(now, DateTimeField()))


def _decide(case: Case, step: Step) -> None:
    table = case.journey.tables[step.target]
    result = table.decide(case.tree)
    outcome = str(result.pop("outcome"))
    reasons = [str(reason) for reason in result.pop("reasons", []) or []]
    decision = Decision(
        application_id=case.application.pk,
        table=step.target,
        version=table.version,
        outcome=outcome,
        reasons=reasons,
        facts=case.facts,
        at=case.now,
    )
    insert_all([decision])
    values = {"outcome": outcome, "reasons": reasons, "table_version": table.version, **result}
    case.add_facts(
        (
            NewFact(f"decision.{name}", value, Fact.Origin.TABLE, Fact.Status.VERIFIED, step.target)
            for name, value in values.items()
        ),
        step=step,
    )
    case.tell("decision.made", step=step.element, outcome=outcome, reasons=reasons)


def _notify(case: Case, task: OpenTask, step: Step) -> None:
    """Write to the applicant; a notice marked `once` is not repeated however often it is met."""
    occasion = "once" if "once" in task.attributes else step.task_id
    if write_to_applicant(case, step.target, occasion=occasion):
        case.tell("notice.queued", step=step.element, notice=step.target)
    else:
        case.tell("notice.skipped", step=step.element, notice=step.target, why="no address")


def _is_answered(case: Case, task: OpenTask, step: Step) -> bool:
    """Put a step before a person; say whether it needs none, its address being proved already."""
    case.tell("step.opened", step=step.element, lane=step.lane)
    field = task.attributes.get("proof")
    if not field:
        return False
    if typed_by := proved_by(case, field=field):
        case.add_facts(who_proved(case, typed_by), step=step)
        return True
    try:
        send_code(case, field=field)
    except CodeTooSoon:
        # Came back to the step: the code sent a moment ago still holds.
        case.tell("code.held_back", step=step.element)
    return False


def _finish(case: Case) -> bool:
    """Note that nothing more needs to happen, or say that it does again: an objection was made."""
    application = case.application
    if not case.is_settled:
        if application.finished_at is None:
            return False
        application.status, application.finished_at = Application.Status.OPEN, None
        case.tell("application.reopened")
        return True
    if application.finished_at:
        return False
    is_customer = application.account_id is not None
    application.status = Application.Status.DONE if is_customer else Application.Status.DECLINED
    application.finished_at = case.now
    case.tell(f"application.{application.status}")
    return False
