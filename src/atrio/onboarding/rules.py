"""Pure rules: what the facts are now, codes, and who had the turn for how long."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
CODE_PAUSE = timedelta(seconds=30)
CODES_PER_HOUR = 6  # for one application
CODES_TO_ADDRESS = 12  # an hour, whoever applies with it: a mailbox is nobody's to flood
TYPED_MOST = 20_000  # characters of one field that are kept although they could not be accepted


_DOT_IN_AN_ADDRESS = re.compile(r"(?<=\w)\.(?=\w{2})")


class FactRow(Protocol):
    """What this module needs to know of a fact."""

    @property
    def field(self) -> str:
        """Return the field it is about."""
        ...

    @property
    def value(self) -> Any:
        """Return what was said."""
        ...

    @property
    def status(self) -> str:
        """Return what the value is worth."""
        ...


def current_facts(rows: Iterable[FactRow]) -> dict[str, Any]:
    """Return field → value as it holds now; `rows` come oldest first. Suggestions do not count."""
    now: dict[str, Any] = {}
    for row in rows:
        if row.status in {"accepted", "verified"}:
            now[row.field] = row.value
        elif row.status == "rejected":
            now.pop(row.field, None)
    return now


def cut(raw: Mapping[str, str | list[str]]) -> dict[str, str | list[str]]:
    """Return what was typed, as much of it as is kept to be shown again.

    No field takes a tenth of the limit; without one, whoever pastes a book would fill the disk.
    """
    return {
        name: text[:TYPED_MOST] if isinstance(text, str) else _cut_together(text)
        for name, text in raw.items()
    }


def _cut_together(texts: list[str]) -> list[str]:
    """Keep the last texts of a repeated field: the last one counts where only one may."""
    kept: list[str] = []
    left = TYPED_MOST
    for text in reversed(texts):
        if left <= 0:
            break
        kept.append(text[:left])
        left -= len(text) + 1
    return kept[::-1]


def may_be_delegated(
    attributes: Collection[str], *, fields: Collection[str], proved: Collection[str]
) -> bool:
    """Say whether somebody else may be asked to fill in a step, by a link of their own.

    Not the one that proves an address, and not the one that names it (`proved` are those fields,
    `fields` the step's): both say who the applicant is, and nobody says that for them.
    """
    return "proof" not in attributes and set(proved).isdisjoint(fields)


def without_links(text: str) -> str:
    """Return what somebody typed so that no mail program makes a link of it: "evil. example"."""
    return _DOT_IN_AN_ADDRESS.sub(". ", text).replace("://", ": //")


def new_code() -> str:
    """Return a code for people to type: six digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_digest(code: str, *, secret: str, salt: str) -> str:
    """Return what is kept of a code. `salt` ties it to one proof, `secret` to this installation."""
    return hmac.new(secret.encode(), f"{salt}:{code}".encode(), hashlib.sha256).hexdigest()


def same_digest(one: str, other: str) -> bool:
    """Compare in a time that does not tell how much of it was right."""
    return hmac.compare_digest(one, other)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; `end` None means it still runs."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class ClockSplit:
    """Who had the turn for how long, in seconds. The three add up to the total."""

    customer: float
    ours: float
    outside: float

    @property
    def total(self) -> float:
        """Return the whole time in seconds."""
        return self.customer + self.ours + self.outside


def split_clock(
    *, start: datetime, end: datetime, customer: Sequence[Span], outside: Sequence[Span]
) -> ClockSplit:
    """Split the time from `start` to `end`: what nobody else took is ours.

    Where both ran at once the customer's time counts: they were not kept waiting. The time before
    the first step and after the shop has opened is the customer's too and must be in `customer`.
    """
    total = max((end - start).total_seconds(), 0.0)
    by_customer = _covered(customer, start, end)
    by_either = _covered([*customer, *outside], start, end)
    return ClockSplit(
        customer=by_customer, outside=by_either - by_customer, ours=max(total - by_either, 0.0)
    )


def _covered(spans: Sequence[Span], start: datetime, end: datetime) -> float:
    seconds, reached = 0.0, start
    for span in sorted(spans, key=lambda span: span.start):
        begin, finish = max(span.start, reached), min(span.end or end, end)
        if finish > begin:
            seconds += (finish - begin).total_seconds()
            reached = finish
    return seconds
