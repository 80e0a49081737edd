"""A gateway for text messages in memory."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from atrio.connectors.memory.joining import InMemory
from atrio.connectors.memory.state import Breakdown
from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports import SmsDraft, SmsReceipt, SmsState


class MemorySms(InMemory):
    """Fulfils the port `Sms` without leaving the process.

    Options: `latency_seconds` (a number, or one per operation), `remembers` (how many messages,
    2000), `refuses` (operation → codes of errors, turn by turn, "" for none), `unreachable`
    (numbers it refuses).
    """

    def send(self, draft: SmsDraft) -> SmsReceipt:
        """Take the message; its id follows from the reference."""
        with self._state.operation("send", self._options, draft):
            texts = self._state.texts
            if draft.to in self._options.get("unreachable", ()):
                raise OutsideFailure(f"{draft.to} takes no text messages", code="undeliverable")
            if draft.reference not in texts:
                number = sha256(draft.reference.encode()).hexdigest()[:12]
                texts[draft.reference] = SmsReceipt(draft.reference, f"T{number}", "accepted")
                while len(texts) > int(self._options.get("remembers", 2000)):
                    del texts[next(iter(texts))]
            return texts[draft.reference]

    def find(self, reference: str) -> SmsReceipt | None:
        """Return what this process knows of the message."""
        with self._state.operation("find", self._options, reference):
            return self._state.texts.get(reference)

    # What tests turn.

    def break_next(self, operation: str, how: Breakdown, *, times: int = 1) -> None:
        """Let the next calls of an operation fail: busy, no_answer (done, then silent), failed."""
        with self._state.lock:
            self._state.breakdowns[operation].extend([how] * times)

    def settle(self, reference: str, state: SmsState, reason: str = "") -> None:
        """Say what became of a message."""
        with self._state.lock:
            texts = self._state.texts
            texts[reference] = replace(texts[reference], state=state, reason=reason)

    def calls(self) -> list[str]:
        """Return the operations asked for so far, oldest first."""
        with self._state.lock:
            return list(self._state.calls)

    def taken(self) -> list[SmsReceipt]:
        """Return all messages this process has taken."""
        with self._state.lock:
            return list(self._state.texts.values())
