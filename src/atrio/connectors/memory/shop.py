"""An outside shop in memory."""

from __future__ import annotations

from hashlib import sha256

from atrio.connectors.memory.joining import InMemory
from atrio.connectors.memory.state import Breakdown
from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports import ShopCompany, ShopCompanyDraft


class MemoryShop(InMemory):
    """Fulfils the port `Shop` without leaving the process.

    Options: `latency_seconds` (a number, or one per operation), `refuses` (operation → codes of
    errors, turn by turn, "" for none), `price_groups` (those it knows, besides list prices;
    every one if none are named).
    """

    def find_company(self, reference: str) -> ShopCompany | None:
        """Return what this process knows of the company."""
        with self._state.operation("find_company", self._options, reference):
            return self._state.companies.get(reference)

    def save_company(self, draft: ShopCompanyDraft) -> ShopCompany:
        """Take the company as it is to be; its id follows from the reference."""
        with self._state.operation("save_company", self._options, draft):
            companies = self._state.companies
            groups = self._options.get("price_groups")
            if groups and draft.price_group and draft.price_group not in groups:
                raise OutsideFailure(f"No price group {draft.price_group}", code="misconfigured")
            before = companies.get(draft.reference)
            for other in companies.values():
                is_theirs = other.admin_email == draft.admin_email
                if before is None and is_theirs and other.reference != draft.reference:
                    raise OutsideFailure(f"{draft.admin_email} is at {other.id}", code="taken")
            was_let_in = before is not None and before.state != "waiting"
            companies[draft.reference] = ShopCompany(
                id=f"S{sha256(draft.reference.encode()).hexdigest()[:8]}",
                reference=draft.reference,
                name=draft.name,
                admin_email=before.admin_email if before else draft.admin_email,
                state="blocked" if draft.state == "waiting" and was_let_in else draft.state,
                price_group=draft.price_group,
                credit_limit=draft.credit_limit or None,
                currency=draft.currency if draft.credit_limit else "",
                address=draft.address,
            )
            return companies[draft.reference]

    # What tests turn.

    def break_next(self, operation: str, how: Breakdown, *, times: int = 1) -> None:
        """Let the next calls of an operation fail: busy, no_answer (done, then silent), failed."""
        with self._state.lock:
            self._state.breakdowns[operation].extend([how] * times)

    def calls(self) -> list[str]:
        """Return the operations asked for so far, oldest first."""
        with self._state.lock:
            return list(self._state.calls)

    def companies(self) -> list[ShopCompany]:
        """Return all companies this process has taken."""
        with self._state.lock:
            return list(self._state.companies.values())
