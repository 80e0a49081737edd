"""What a process may call: each function turns facts into a question and the answer into facts.

A call runs outside any transaction and must be safe to run again: it searches before it
creates. It raises what ports raise; `registered_calls` is what the publication check knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from atrio.journeys.journey import Journey
from atrio.kernel.errors import OutsideFailure
from atrio.onboarding.case import NewFact
from atrio.onboarding.models import Application
from atrio.outside.models import Connection
from atrio.seller.models import BusinessUnit


@dataclass(frozen=True, slots=True)
class Question:
    """What a call is asked with. `facts` are flat: "company.tax_id" → value."""

    call_id: UUID
    application_id: UUID
    reference: str
    key: str
    unit: BusinessUnit
    journey: Journey
    connection: Connection | None  # to whom the call asks, None when it asks nobody outside
    language: str
    facts: Mapping[str, Any]
    attempt: int
    now: datetime

    @property
    def asked(self) -> Connection:
        """Return whom the call asks; a call that asks nobody has no business here."""
        if self.connection is None:
            raise TypeError(f"{self.key} asks nobody outside")
        return self.connection


@dataclass(frozen=True, slots=True)
class NewFinding:
    """What a source answered, about to be kept."""

    source: str
    question: str
    outcome: str
    summary: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call brings back. `title` is the company's name, "" when it is not known any more."""

    facts: list[NewFact] = field(default_factory=list)
    findings: list[NewFinding] = field(default_factory=list)
    title: str | None = None  # None: the call says nothing of it
    account_id: UUID | None = None


class Surprise(OutsideFailure):
    """The call found something else than it was to do, and brings what it found."""

    def __init__(self, message: str, *, code: str, answer: Answer) -> None:
        super().__init__(message, code=code)
        self.answer = answer


class NotWanted(OutsideFailure):
    """The application was ended while the call was under way: what it brought opens nothing."""

    def __init__(self) -> None:
        super().__init__("The application is over: nobody wants this any more", code="not_wanted")


# A share of the lock that every use case takes: whoever ends the application waits, or was first.
_STATUS = "select status from onboarding_application where id = %s for share"


def see_that_it_is_wanted(question: Question) -> None:
    """Return unless the application was ended from outside. Raises NotWanted.

    To be called in the transaction that opens something, so that nothing is opened behind the
    back of somebody who has withdrawn.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATUS, [question.application_id])
        (status,) = cursor.fetchone()
    if status in (Application.Status.WITHDRAWN, Application.Status.EXPIRED):
        raise NotWanted


Handler = Callable[[Question], Answer]


@dataclass(frozen=True, slots=True)
class Registered:
    """A call a process may name, and whose connection of the business unit it asks."""

    name: str
    handler: Handler
    asks: str  # "erp", "registry", "crm", or "" when nobody outside is asked
    unanswered: Callable[[Question], Answer] | None  # what is known when it fails for good
    needs_somebody: bool  # to ask: where the business unit has nobody, it is done already
    at_once: bool  # asks nobody and leaves the application alone: done as soon as it is reached
    # Search for what it has made outside, by an application that is over: its number there, or "".
    leaves_behind: Callable[[Question], str] | None


CALLS: dict[str, Registered] = {}


def call(
    name: str,
    *,
    asks: str = "",
    unanswered: Callable[[Question], Answer] | None = None,
    needs_somebody: bool = False,
    at_once: bool = False,
    leaves_behind: Callable[[Question], str] | None = None,
) -> Callable[[Handler], Handler]:
    """Register a function as what `atrio:call="name"` does."""

    def register(handler: Handler) -> Handler:
        CALLS[name] = Registered(
            name, handler, asks, unanswered, needs_somebody, at_once, leaves_behind
        )
        return handler

    return register


def registered_calls() -> frozenset[str]:
    """Return the names a process may call."""
    return frozenset(CALLS)
