"""What was said to an outside system and what it said, kept without secrets.

    with recorded() as exchanges:
        receipt = erp.create_customer(draft)
    record_deliveries(connection=row, exchanges=exchanges, …)

The list is filled also when the block raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideError

Outcome = Literal["ok", "busy", "no_answer", "failed"]

MOST_BYTES_KEPT = 8 * 1024
HIDDEN = "•••"

_SECRET_MEMBER = re.compile(
    r'("(?:password|passwd|secret|token|api_?key|session)"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what became of it."""

    request: str
    answer: str
    status: int | None
    outcome: Outcome
    sent_at: datetime
    answered_at: datetime  # or the moment we gave up


_exchanges: ContextVar[list[Exchange] | None] = ContextVar("_exchanges", default=None)


@contextmanager
def recorded() -> Iterator[list[Exchange]]:
    """Collect every exchange of this block; an outside error marks the last one."""
    exchanges: list[Exchange] = []
    token = _exchanges.set(exchanges)
    try:
        yield exchanges
    except OutsideError as error:
        # The connector may refuse what looked well on the wire, such as an error inside a 200.
        if exchanges:
            exchanges[-1] = replace(exchanges[-1], outcome=outcome_of(error))
        raise
    finally:
        _exchanges.reset(token)


def note(exchange: Exchange) -> None:
    """Add an exchange to the innermost block that records, if there is one."""
    exchanges = _exchanges.get()
    if exchanges is not None:
        exchanges.append(exchange)


def outcome_of(error: OutsideError | None) -> Outcome:
    """Return the outcome that an error, or its absence, stands for."""
    if error is None:
        return "ok"
    if isinstance(error, NoAnswer):
        return "no_answer"
    return "busy" if isinstance(error, OutsideBusy) else "failed"


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without the secrets, without NULs, and not longer than a row should hold."""
    length = len(text.encode(errors="replace"))
    # Far more than is kept, so that no secret is cut in two before it is found.
    text = text[: 8 * MOST_BYTES_KEPT]
    for secret in secrets:
        if secret:
            text = text.replace(secret, HIDDEN)
    # PostgreSQL's text holds every character but this one.
    text = _SECRET_MEMBER.sub(rf'\1"{HIDDEN}"', text).replace("\x00", "�")
    encoded = text.encode(errors="replace")
    if len(encoded) <= MOST_BYTES_KEPT:
        return encoded.decode()
    note_left_out = f"\n… {length} bytes in all"
    kept = encoded[: MOST_BYTES_KEPT - len(note_left_out.encode())].decode(errors="ignore")
    return kept + note_left_out
