"""What an answered call means for its application."""

from __future__ import annotations

from atrio.checks.models import Finding
from atrio.kernel.rows import insert_all
from atrio.onboarding.calls import Answer
from atrio.onboarding.case import Case
from atrio.onboarding.models import Step


def take_over(case: Case, step: Step, answer: Answer) -> None:
    """Keep what a call has brought back: facts, findings, whose account it is."""
    case.add_facts(answer.facts, step=step)
    _forget_half_typed(case, {new.field for new in answer.facts})
    findings = [
        Finding(
            application_id=case.application.pk,
            source=finding.source,
            question=finding.question,
            outcome=finding.outcome,
            summary=finding.summary[:300],
            evidence=finding.evidence,
            as_of=case.now,
        )
        for finding in answer.findings
    ]
    insert_all(findings)
    if answer.title is not None:
        case.application.title = answer.title[:200]
    if answer.account_id:
        case.has_opened_account = case.application.account_id is None
        case.application.account_id = answer.account_id


def _forget_half_typed(case: Case, answered: set[str]) -> None:
    """Void what was half typed over suggestions that change now: it was about something else."""
    over = [
        node.id
        for node in case.journey.elements("user")
        if any(entry.source in answered for entry in case.journey.forms[node.target].fields)
    ]
    if over:
        case.forget_typed(*over)
