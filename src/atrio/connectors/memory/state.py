"""What one system in memory remembers, and how it can be told to misbehave."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock
from typing import Any, Literal

from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideError, OutsideFailure
from atrio.outside.ports import (
    CreditLine,
    CrmAccount,
    CrmContact,
    CrmLink,
    ErpCustomer,
    ShopCompany,
    SmsReceipt,
    TaxId,
)
from atrio.outside.recording import Exchange, note, outcome_of, redacted

Breakdown = Literal["busy", "no_answer", "failed"]


@dataclass
class State:
    """The memory of one system; hold `lock` to read or change it."""

    lock: RLock = field(default_factory=RLock)
    customers: dict[str, ErpCustomer] = field(default_factory=dict)  # by number
    numbers: dict[TaxId, str] = field(default_factory=dict)
    credit_lines: dict[str, CreditLine] = field(default_factory=dict)  # by customer number
    began_with: int | None = None  # so many customers, before anybody asked
    price_groups: dict[str, str] = field(default_factory=dict)  # factors that were changed
    # A CRM's, by id: links hold who was linked, not how those are called today.
    accounts: dict[str, CrmAccount] = field(default_factory=dict)
    contacts: dict[str, CrmContact] = field(default_factory=dict)
    links: dict[str, CrmLink] = field(default_factory=dict)
    began_with_records: int | None = None  # so many of a kind, before anybody asked
    texts: dict[str, SmsReceipt] = field(default_factory=dict)  # a gateway's, by our reference
    companies: dict[str, ShopCompany] = field(default_factory=dict)  # a shop's, by our reference
    calls: deque[str] = field(default_factory=lambda: deque(maxlen=1000))  # newest last
    breakdowns: dict[str, list[Breakdown]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # by operation

    @contextmanager
    def operation(self, name: str, options: Mapping[str, Any], said: object) -> Iterator[None]:
        """Take the time the options ask for, fail if told to, and let nobody else in meanwhile.

        The exchange is recorded like one over HTTP: the time it took is an outside system's.
        """
        sent_at = datetime.now(UTC)
        error: OutsideError | None = None
        try:
            time.sleep(_latency(name, options))
            with self.lock:
                self.calls.append(name)
                self._refuse_as_scripted(name, options)
                waiting = self.breakdowns[name]
                yield from self._with_breakdown(waiting.pop(0) if waiting else None)
        except OutsideError as caught:
            error = caught
            raise
        finally:
            note(
                Exchange(
                    request=redacted(f"{name} {said}"),
                    answer=str(error or ""),
                    status=None,
                    outcome=outcome_of(error),
                    sent_at=sent_at,
                    answered_at=datetime.now(UTC),
                )
            )

    def _refuse_as_scripted(self, name: str, options: Mapping[str, Any]) -> None:
        """Fail with the code that `refuses` has for this turn; its last one holds for ever."""
        turn = self.asked[name]
        self.asked[name] += 1
        codes = options.get("refuses", {}).get(name)
        if codes and (code := codes[min(turn, len(codes) - 1)]):
            raise OutsideFailure(f"The system in memory was scripted: {code}", code=code)

    def remember(self, customer: ErpCustomer, *, at_most: int) -> None:
        """Keep a customer, and forget the oldest ones beyond so many."""
        self.customers[customer.number] = customer
        if customer.tax_id:
            self.numbers.setdefault(customer.tax_id, customer.number)
        while len(self.customers) > at_most:
            oldest = self.customers.pop(next(iter(self.customers)))
            if oldest.tax_id and self.numbers.get(oldest.tax_id) == oldest.number:
                del self.numbers[oldest.tax_id]

    def _with_breakdown(self, breakdown: Breakdown | None) -> Iterator[None]:
        if breakdown == "busy":
            raise OutsideBusy("The system in memory was told to be busy")
        if breakdown == "failed":
            raise OutsideFailure("The system in memory was told to refuse")
        yield
        if breakdown == "no_answer":
            raise NoAnswer("The system in memory did it and was told not to answer")


def _latency(operation: str, options: Mapping[str, Any]) -> float:
    latency = options.get("latency_seconds", 0)
    if isinstance(latency, Mapping):
        latency = latency.get(operation, 0)
    return float(latency)


_states: dict[str, State] = defaultdict(State)
_states_lock = RLock()


def state_of(base_url: str) -> State:
    """Return the one state of the name in this process."""
    with _states_lock:
        return _states[base_url]


def forget(base_url: str) -> None:
    """Start the system of that name anew."""
    with _states_lock:
        _states.pop(base_url, None)
