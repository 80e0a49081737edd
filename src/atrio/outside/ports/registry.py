"""The port of company registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from atrio.outside.ports.values import PostalAddress, TaxId

CompanyStatus = Literal["active", "suspended", "unfit", "closed", "void"]


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    """What a register says of one company, as of one moment."""

    tax_id: TaxId
    legal_name: str
    trade_name: str
    status: CompanyStatus
    status_text: str  # the register's own word, for people
    address: PostalAddress
    activity_code: str
    activity: str
    legal_form: str
    founded_on: date | None
    is_head_office: bool | None
    email: str
    phone: str
    as_of: datetime
    evidence: str  # the answer as received, for the auditor
    other_ids: tuple[TaxId, ...] = ()  # what else states call it by: "ru_kpp", "ru_ogrn"
    managers: tuple[str, ...] = ()  # who may sign for it
    tax_regime: str = ""  # the state's name of a lighter one: "mei", "simples"


class Registry(Protocol):
    """A register of companies."""

    def find_company(self, tax_id: TaxId) -> CompanyRecord | None:
        """Return what the register knows of the number, or None if it knows no such company.

        Not found is an answer; not reached is `OutsideBusy`. The two are never the same.
        """
        ...

    def probe(self) -> None:
        """Ask something cheap that has no effect; return if the register answers sensibly."""
        ...
