"""Steps for people that repair a call, and the answer that tries it again."""

from __future__ import annotations

from atrio.onboarding.case import Case, NewFact
from atrio.onboarding.models import Call, Fact, Step


def open_repair(case: Case) -> Step | None:
    """Return the open step that repairs a call (`atrio:repairs`), None if none is open."""
    return next((step for step in case.open_steps.values() if repaired_by(case, step)), None)


def repaired_by(case: Case, step: Step) -> str:
    """Return the call that a step repairs, "" if it repairs none."""
    if step.kind != "user":
        return ""
    return case.run.open_at(step.element).attributes.get("repairs", "")


def last_failure(case: Case, element: str) -> Call | None:
    """Return the latest call that was made at an element."""
    made = Call.objects.filter(application=case.application, step__element=element)
    return made.order_by("-id").first()


def answer_repair(case: Case, step: Step, *, origin: Fact.Origin) -> None:
    """Answer a repair with what tries the call again (`atrio:again`); the caller advances."""
    name, _, value = case.run.open_at(step.element).attributes["again"].partition("=")
    case.add_facts([NewFact(name, value, origin, Fact.Status.VERIFIED)], step=step)
    case.close(step, "completed")
    case.run.complete(step.task_id, case.tree, now=case.now)
