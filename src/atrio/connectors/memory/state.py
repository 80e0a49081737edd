"""What one system in memory remembers, and how it can be told to misbehave."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Literal

from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.outside.ports import ErpCustomer

Breakdown = Literal["busy", "no_answer", "failed"]


@dataclass
class State:
    """The memory of one system; hold `lock` to read or change it."""

    lock: RLock = field(default_factory=RLock)
    customers: dict[str, ErpCustomer] = field(default_factory=dict)  # by number
    price_groups: dict[str, str] = field(default_factory=dict)  # factors that were changed
    calls: list[str] = field(default_factory=list)  # operations, in the order they came
    breakdowns: dict[str, list[Breakdown]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def operation(self, name: str, options: Mapping[str, Any]) -> Iterator[None]:
        """Take the time the options ask for, fail if told to, and let nobody else in meanwhile."""
        time.sleep(_latency(name, options))
        with self.lock:
            self.calls.append(name)
            waiting = self.breakdowns[name]
            breakdown = waiting.pop(0) if waiting else None
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
