"""Add to what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from atrio.kernel.actors import Actor
from atrio.kernel.rows import insert_all
from atrio.timeline.models import Entry


@dataclass(frozen=True, slots=True)
class Where:
    """The dimensions in which every report later asks; empty where not known."""

    visit: UUID | None = None
    application_id: UUID | None = None
    account_id: UUID | None = None
    release_id: UUID | None = None
    step: str = ""
    branch: str = ""
    language: str = ""
    business_unit: str = ""


def entry(*, by: Actor, what: str, where: Where, now: datetime, **data: Any) -> Entry:
    """Return an unsaved entry, for callers that add several at once."""
    return Entry(
        at=now,
        what=what,
        by_kind=by.kind,
        by_id=by.id[:64],
        by_label=by.label[:120],
        visit=where.visit,
        application_id=where.application_id,
        account_id=where.account_id,
        release_id=where.release_id,
        step=where.step[:80],
        branch=where.branch[:80],
        language=where.language[:10],
        business_unit=where.business_unit[:40],
        data=data,
    )


def record(*, by: Actor, what: str, where: Where, now: datetime, **data: Any) -> None:
    """Add one entry in the caller's transaction. `data` must be JSON-safe and free of secrets."""
    record_all([entry(by=by, what=what, where=where, now=now, **data)])


def record_all(entries: list[Entry]) -> None:
    """Add several entries with one statement."""
    insert_all(entries)
