"""A register of companies in memory: the invented ones and nobody else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from atrio.connectors.memory.state import Breakdown, state_of
from atrio.kernel.errors import OutsideFailure
from atrio.outside.invented import invented_company
from atrio.outside.ports import CompanyRecord, TaxId


class MemoryRegistry:
    """Fulfils the port `Registry` without leaving the process.

    Options: `latency_seconds` (a number, or one per operation).
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret: str = "",
        options: Mapping[str, Any] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Join the state of that name; `secret` and `transport` are taken for likeness only."""
        del secret, transport
        self._options = dict(options or {})
        self._state = state_of(base_url)

    def find_company(self, tax_id: TaxId) -> CompanyRecord | None:
        """Return the invented company of the number; OutsideFailure("invalid") for other kinds."""
        with self._state.operation("find_company", self._options, tax_id.number):
            if tax_id.kind != "br_cnpj":
                raise OutsideFailure(f"This register knows no {tax_id.kind}", code="invalid")
            record = invented_company(tax_id.number, as_of=datetime.now(UTC))
            return record and replace(record, evidence=json.dumps(asdict(record), default=str))

    def break_next(self, operation: str, how: Breakdown, *, times: int = 1) -> None:
        """Let the next calls of an operation fail: busy, no_answer, failed."""
        with self._state.lock:
            self._state.breakdowns[operation].extend([how] * times)
