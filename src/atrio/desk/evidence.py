"""What was asked outside and decided here, and where the case stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from atrio.desk.words import CALLS, DECISIONS, FINDINGS, OUTCOMES, QUESTIONS, Status, Text, span
from atrio.journeys.journey import Journey
from atrio.onboarding.queries import ApplicationPage

if TYPE_CHECKING:
    from atrio.onboarding.models import Call
    from atrio.outside.models import Delivery

_SHOWN_IN_WORDS = ("user", "call", "table", "notice")


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """What a source answered, or a table decided."""

    title: str
    text: str
    status: Status


@dataclass(frozen=True, slots=True)
class ShownAttempt:
    """One exchange with an outside system."""

    number: int
    operation: str
    at: datetime
    took: str
    outcome: Text
    request: str
    answer: str


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A service task's work, with everything that was said to and fro."""

    title: str
    target: str
    status: Status
    took: str
    key: str
    error: str
    next_try_at: datetime | None
    is_open: bool
    attempts: list[ShownAttempt]
    repairs: list[dict[str, Any]]


def findings(page: ApplicationPage, journey: Journey, *, language: str) -> list[ShownFinding]:
    """Return what the sources answered and what followed from it."""
    asked = [
        ShownFinding(
            title=str(QUESTIONS.get(finding.question, finding.question)),
            text=_("%(summary)s (%(source)s, as of %(moment)s)")
            % {
                # A sentence of ours is kept in English; a register's own words stay as they are.
                "summary": _(finding.summary) if finding.summary else "",
                "source": finding.source,
                "moment": date_format(localtime(finding.as_of), "SHORT_DATETIME_FORMAT"),
            },
            status=FINDINGS[finding.outcome],
        )
        for finding in page.findings
    ]
    decided = [
        ShownFinding(
            title=_("Decision table %(table)s") % {"table": decision.table},
            text=" ".join(
                [
                    *(journey.reason(str(reason), language) for reason in decision.reasons),
                    _("(version %(version)s)") % {"version": decision.version[:12]},
                ]
            ),
            status=DECISIONS[decision.outcome],
        )
        for decision in page.decisions
    ]
    return asked + decided


def calls(
    page: ApplicationPage,
    journey: Journey,
    *,
    language: str,
    now: datetime,
    retry_address: Callable[[Call], str] | None,
) -> list[ShownCall]:
    """Return the calls, newest first.

    With `retry_address` each that can be repaired has its button.
    """
    exchanges: dict[UUID | None, list[Delivery]] = {}
    for delivery in page.deliveries:
        exchanges.setdefault(delivery.call_id, []).append(delivery)
    shown = [
        ShownCall(
            title=journey.step_name(call.step.element, language),
            target=call.name,
            status=CALLS[call.status],
            took=_took(call, now),
            key=call.key,
            error=call.error,
            next_try_at=call.next_try_at,
            is_open=call.status in {"failed", "no_answer"},
            attempts=[_attempt(one) for one in exchanges.pop(call.pk, [])],
            repairs=_repairs(call, retry_address),
        )
        for call in reversed(page.calls)
    ]
    return [*shown, *_outside_of_calls(exchanges)]


def _took(call: Call, now: datetime) -> str:
    if call.started_at is None:
        return ""
    return span(((call.finished_at or now) - call.started_at).total_seconds())


def _repairs(call: Call, address: Callable[[Call], str] | None) -> list[dict[str, Any]]:
    if address is None or not _can_be_retried(call):
        return []
    return [{"text": _("Try again now"), "action": address(call), "style": "btn-primary"}]


def _can_be_retried(call: Call) -> bool:
    if call.step.closed_at is not None:
        return False
    return call.status in {"failed", "no_answer"} or (call.status == "queued" and call.attempts > 0)


def _outside_of_calls(exchanges: dict[UUID | None, list[Delivery]]) -> list[ShownCall]:
    """Return what was exchanged about the application by nobody's call, an operation each."""
    rest = sorted(
        (one for group in exchanges.values() for one in group), key=lambda one: one.operation
    )
    return [
        ShownCall(
            title=operation,
            target="",
            status=CALLS["done"],
            took="",
            key="",
            error="",
            next_try_at=None,
            is_open=False,
            attempts=[_attempt(one) for one in group],
            repairs=[],
        )
        for operation, group in groupby(rest, key=lambda one: one.operation)
    ]


def _attempt(delivery: Delivery) -> ShownAttempt:
    answered = f"{delivery.status}\n{delivery.answer}" if delivery.status else delivery.answer
    return ShownAttempt(
        number=delivery.attempt,
        operation=f"{delivery.connection.code} · {delivery.operation}",
        at=delivery.sent_at,
        took=span((delivery.answered_at - delivery.sent_at).total_seconds()),
        outcome=OUTCOMES[delivery.outcome],
        request=delivery.request,
        answer=answered,
    )


def blueprint(
    page: ApplicationPage, journey: Journey, *, url: str, language: str
) -> dict[str, Any]:
    """Return what the drawing marks, and the same in words."""
    # A step that failed and was repaired has a later call: the last one counts.
    last = {call.step.element: call.status for call in page.calls}
    failed = {element for element, status in last.items() if status == "failed"}
    here = {step.element for step in page.open_steps} - failed
    done = set(page.done_elements) - here - failed

    def state(element: str) -> str:
        if element in here:
            return _("stands here")
        if element in failed:
            return _("failed")
        return _("done") if element in done else _("not yet")

    return {
        "url": url,
        "here": " ".join(sorted(here)),
        "done": " ".join(sorted(done)),
        "failed": " ".join(sorted(failed)),
        "steps": [
            {
                "lane": journey.lane(element.lane, language),
                "name": journey.step_name(element.id, language),
                "state_text": state(element.id),
            }
            for element in journey.blueprint.elements
            if element.kind in _SHOWN_IN_WORDS
        ],
    }
