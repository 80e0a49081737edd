"""What goes over the wire. A member that stands in no model of a request is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Schema
from pydantic import ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from atrio.onboarding.queries import Application as ApplicationRow

# Words that stand in addresses and name packs and units; a name has nothing else in it.
Slug = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")]
# As a query cannot say null, the empty text stands for "any".
Reference = Annotated[str, Query(max_length=9, pattern=r"^[0-9A-Z-]*$")]
Unit = Annotated[str, Query(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")]
Status = Literal["open", "done", "declined", "withdrawn", "expired"]
AnyStatus = Literal["", "open", "done", "declined", "withdrawn", "expired"]
Turn = Literal["customer", "admin", "associate", "outside", "nobody"]
AnswerValue = (
    StrictBool
    | StrictInt
    | StrictFloat
    | Annotated[StrictStr, Field(max_length=10_000)]
    | Annotated[list[Annotated[StrictStr, Field(max_length=200)]], Field(max_length=100)]
    | None
)


class Asked(Schema):
    """The ground of all requests: what nobody expects is refused."""

    model_config = ConfigDict(extra="forbid")


class StepInBrief(Schema):
    """One of the customer's steps."""

    step: str
    title: str


class JourneyInBrief(Schema):
    """A way to become a customer of one business unit."""

    journey: str
    business_unit: str
    country: str
    languages: list[str]
    title: str
    summary: str


class JourneyStep(StepInBrief):
    """A step with its fields, as they are asked of somebody of whom nothing is known yet."""

    is_detour: bool = Field(description="most people never meet it")
    answers: dict[str, Any] = Field(description="JSON Schema of the answers")


class Journey(JourneyInBrief):
    """The same with its steps."""

    version: int
    steps: list[JourneyStep]


class Journeys(Schema):
    """All ways that a key's units offer."""

    items: list[JourneyInBrief]


class NewApplication(Asked):
    """Which journey to begin, and in whose language."""

    journey: Annotated[Slug, Field(min_length=1)]
    business_unit: Slug = Field("", description="empty: the first of the key's that offers it")
    language: Annotated[str, Field(max_length=10, pattern=r"^[A-Za-z-]*$")] = Field(
        "", description="the customer's; the journey's nearest is taken"
    )
    branch: Slug = ""


class Application(Schema):
    """An application as it stands."""

    id: UUID
    reference: str
    journey: str
    business_unit: str
    language: str
    channel: str
    company: str
    status: Status
    waiting_on: Turn
    open_steps: list[str] = Field(description="what the customer may answer now")
    account: UUID | None
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    finished_at: datetime | None


class ApplicationInBrief(Schema):
    """An application in a list."""

    id: UUID
    reference: str
    business_unit: str
    company: str
    status: Status
    waiting_on: Turn
    account: UUID | None
    created_at: datetime
    updated_at: datetime


class Applications(Schema):
    """A page of applications, newest first."""

    items: list[ApplicationInBrief]
    next_cursor: str


class Step(Schema):
    """A step of an application: how its answers have to look, and what is known already."""

    step: str
    title: str
    intro: str
    is_open: bool
    number: int
    of: int
    proves: str = Field(description="the field whose address a code proves; empty: none")
    answers: dict[str, Any] = Field(description="JSON Schema of the answers")
    values: dict[str, str | list[str]] = Field(
        description="what was said before or is proposed by a register, as it may be sent back"
    )


class Steps(Schema):
    """The steps that wait for the customer."""

    items: list[Step]


class Answers(Asked):
    """What the customer says at a step."""

    answers: dict[Annotated[str, Field(max_length=200)], AnswerValue] = Field(max_length=200)


class CodeSent(Schema):
    """That a new code is on its way."""

    sent_to: str


class Withdrawal(Asked):
    """Why the customer withdraws, if they say so."""

    reason: Annotated[str, Field(max_length=500)] = ""


class Milestone(Schema):
    """One line of the tracker."""

    step: str
    title: str
    who: Literal["customer", "us", "outside"]
    state: Literal["done", "now", "next"]
    at: datetime | None


class Outcome(Schema):
    """How it has come out, in the words of the journey."""

    title: str
    text: str
    is_good: bool


class Promised(Schema):
    """What the customer may expect by when."""

    title: str
    status: str
    due_at: datetime | None


class Owed(Schema):
    """An open step of the customer's, and who of theirs it waits for."""

    step: str
    by: Literal["customer", "delegate"] = Field(
        description="delegate: somebody else whom the customer asked for this step"
    )
    since: datetime


class Tracked(Schema):
    """The tracker as data."""

    reference: str
    status: Status
    waiting_on: Turn
    open_steps: list[str]
    owed_by: list[Owed]
    is_delayed: bool
    outcome: Outcome | None
    milestones: list[Milestone]
    promises: list[Promised]


class LegalEntity(Schema):
    """A registered company of an account."""

    id: UUID
    legal_name: str
    trade_name: str
    country: str
    tax_id_kind: str
    tax_id: str
    address: dict[str, Any]


class Account(Schema):
    """A customer."""

    id: UUID
    number: str = Field(description="as the ERP calls it")
    name: str
    business_unit: str
    price_group: str
    opened_at: datetime
    legal_entities: list[LegalEntity]


class Accounts(Schema):
    """A page of accounts, newest first."""

    items: list[Account]
    next_cursor: str


def in_brief(row: ApplicationRow) -> ApplicationInBrief:
    """Return an application as lists show it."""
    return ApplicationInBrief(**_told(row))


def in_full(row: ApplicationRow, *, journey: str, open_steps: list[str]) -> Application:
    """Return an application as it stands."""
    return Application(
        **_told(row),
        journey=journey,
        language=row.language,
        channel=row.channel,
        open_steps=open_steps,
        submitted_at=row.submitted_at,
        finished_at=row.finished_at,
    )


def _told(row: ApplicationRow) -> dict[str, Any]:
    return {
        "id": row.pk,
        "reference": row.reference,
        "business_unit": row.business_unit,
        "company": row.title,
        "status": row.status,
        "waiting_on": row.waiting_on,
        "account": row.account_id,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
