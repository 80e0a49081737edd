"""Events: how a lower package tells higher ones what happened, without knowing them.

An event is a frozen dataclass of ids, named in the past tense. A receiver queues a job of its
own package and does nothing else, so announcing costs a row and fails only with the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Event = TypeVar("Event")

_RECEIVERS: defaultdict[type, list[Callable[[Any], None]]] = defaultdict(list)


def on(event: type[Event]) -> Callable[[Callable[[Event], None]], Callable[[Event], None]]:
    """Register the decorated function as a receiver of events of exactly this class.

    It belongs into an app's `receivers` module, which is imported at start.
    """

    def register(receiver: Callable[[Event], None]) -> Callable[[Event], None]:
        if receiver not in _RECEIVERS[event]:
            _RECEIVERS[event].append(receiver)
        return receiver

    return register


def announce(event: object) -> None:
    """Call every receiver of the event, now and in the caller's transaction.

    A receiver's exception is a bug and reaches the caller, whose transaction it undoes.
    """
    for receiver in _RECEIVERS[type(event)]:
        receiver(event)
