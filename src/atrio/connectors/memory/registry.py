"""A register of companies in memory: the invented ones and nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from atrio.connectors.memory.joining import InMemory
from atrio.connectors.memory.state import Breakdown
from atrio.kernel.errors import OutsideFailure
from atrio.outside.invented import invented_company
from atrio.outside.invented_eu import is_invented
from atrio.outside.invented_ru import invented_party
from atrio.outside.ports import CompanyRecord, PostalAddress, TaxId


class MemoryRegistry(InMemory):
    """Fulfils the port `Registry` without leaving the process.

    Options: `latency_seconds` (a number, or one per operation), `refuses` (operation → codes of
    errors, turn by turn, "" for none), `records` (number → the parts of a record that differ
    from an empty one, or null for a number that is not listed).
    """

    def _begin(self) -> None:
        self._records = self._options.get("records", {})

    def find_company(self, tax_id: TaxId) -> CompanyRecord | None:
        """Return the invented company of the number; OutsideFailure("invalid") for other kinds.

        Of a CNPJ, an INN, or a VAT id, of which no more is known than that it is valid.
        """
        with self._state.operation("find_company", self._options, tax_id.number):
            if tax_id.kind not in _INVENTED and tax_id.number not in self._records:
                raise OutsideFailure(f"This register knows no {tax_id.kind}", code="invalid")
            record = self._scripted(tax_id)
            return record and replace(record, evidence=json.dumps(asdict(record), default=str))

    def _scripted(self, tax_id: TaxId) -> CompanyRecord | None:
        if tax_id.number not in self._records:
            return _INVENTED[tax_id.kind](tax_id, datetime.now(UTC))
        parts = self._records[tax_id.number]
        return parts and company_record(tax_id, parts, as_of=datetime.now(UTC))

    def break_next(self, operation: str, how: Breakdown, *, times: int = 1) -> None:
        """Let the next calls of an operation fail: busy, no_answer, failed."""
        with self._state.lock:
            self._state.breakdowns[operation].extend([how] * times)


def _with_vat_id(tax_id: TaxId, as_of: datetime) -> CompanyRecord | None:
    return company_record(tax_id, {}, as_of=as_of) if is_invented(tax_id.number) else None


_INVENTED: Mapping[str, Callable[[TaxId, datetime], CompanyRecord | None]] = {
    "br_cnpj": lambda tax_id, as_of: invented_company(tax_id.number, as_of=as_of),
    "eu_vat": _with_vat_id,
    "ru_inn": lambda tax_id, as_of: invented_party(tax_id.number, as_of=as_of),
}


def company_record(tax_id: TaxId, parts: Mapping[str, Any], *, as_of: datetime) -> CompanyRecord:
    """Return a record from the parts that a script names; `age_days` says when it was founded."""
    age = parts.get("age_days")
    return CompanyRecord(
        tax_id=tax_id,
        legal_name=str(parts.get("legal_name") or ""),
        trade_name=str(parts.get("trade_name") or ""),
        status=parts.get("status") or "active",
        status_text=str(parts.get("status_text") or ""),
        address=PostalAddress(**(parts.get("address") or {})),
        activity_code=str(parts.get("activity_code") or ""),
        activity=str(parts.get("activity") or ""),
        legal_form=str(parts.get("legal_form") or ""),
        founded_on=as_of.date() - timedelta(days=int(age)) if age is not None else None,
        is_head_office=parts.get("is_head_office"),
        email="",
        phone="",
        as_of=as_of,
        evidence="",
        other_ids=tuple(
            TaxId(tax_id.country, f"{tax_id.country.lower()}_{name}", str(parts[name]))
            for name in ("kpp", "ogrn")
            if parts.get(name)
        ),
        tax_regime=str(parts.get("tax_regime") or ""),
        managers=tuple(filter(None, [str(parts.get("manager") or "")])),
    )
