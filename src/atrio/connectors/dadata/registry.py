"""Companies of Russia by their INN."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import httpx

from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.http import OutsideHttp
from atrio.outside.ports import CompanyRecord, CompanyStatus, PostalAddress, TaxId

KIND = "ru_inn"
_FIND = "/suggestions/api/4_1/rs/findById/party"
_STATUS: dict[str, CompanyStatus] = {
    "ACTIVE": "active",
    "REORGANIZING": "active",
    "LIQUIDATING": "suspended",
    "BANKRUPT": "unfit",
    "LIQUIDATED": "closed",
}
# The register's codes as people say them, in the register's language.
_WORDS = {
    "ACTIVE": "Действующая",
    "REORGANIZING": "Реорганизация",
    "LIQUIDATING": "Ликвидируется",
    "BANKRUPT": "Банкротство",
    "LIQUIDATED": "Ликвидирована",
}
# Its check digits are wrong, so nobody has it.
_NOBODYS = "0000000001"


class DadataRegistry:
    """Fulfils the port `Registry` for tax ids of kind `ru_inn`, of companies and sole traders.

    The head office is asked for; its KPP and OGRN are the company's other ids. Options: those of
    `OutsideHttp`. The secret is the API key.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret: str = "",
        options: Mapping[str, Any] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare to ask; nothing is sent yet."""
        self._http = OutsideHttp(base_url, options=options, secrets=[secret], transport=transport)
        self._key = secret

    def probe(self) -> None:
        """Ask for a number that nobody has; an empty list is an answer."""
        self._find(_NOBODYS)

    def find_company(self, tax_id: TaxId) -> CompanyRecord | None:
        """Return the company, None if the register knows none of that number.

        OutsideFailure("invalid") for other kinds of numbers.
        """
        if tax_id.kind != KIND:
            raise OutsideFailure(f"This register knows no {tax_id.kind}", code="invalid")
        found, evidence = self._find(tax_id.number)
        parties = [each.get("data") or {} for each in found if isinstance(each, dict)]
        # An IP's number is a person's, too; a company that has moved may stand there twice.
        parties = [party for party in parties if party.get("inn") == tax_id.number]
        if found and not parties:
            raise OutsideBusy("The answer does not speak of the company that was asked for")
        living = [party for party in parties if _status_of(party) != "closed"]
        best = next(iter(living or parties), None)
        return _record(best, tax_id, evidence) if best else None

    def _find(self, number: str) -> tuple[list[Any], str]:
        """Return what is suggested for a number; nothing found is an empty list with status 200."""
        if not self._key:
            raise OutsideFailure("There is no key for the register", code="misconfigured")
        answer = self._http.send(
            "POST",
            _FIND,
            json={"query": number, "branch_type": "MAIN"},
            headers={"Authorization": f"Token {self._key}"},
        )
        if answer.status in (401, 403):
            raise OutsideFailure("The register does not take our key", code="misconfigured")
        if answer.status != 200:
            raise OutsideFailure(f"The register answered {answer.status}", code="misconfigured")
        said = answer.json()
        found = said.get("suggestions") if isinstance(said, dict) else None
        if not isinstance(found, list):
            raise OutsideBusy("The register answered in no words of its own")
        return found, answer.text


def _status_of(party: Mapping[str, Any]) -> CompanyStatus:
    said = str((party.get("state") or {}).get("status") or "")
    if said not in _STATUS:
        raise OutsideFailure(f"The register gives an unknown status: {said!r}")
    return _STATUS[said]


def _record(party: Mapping[str, Any], tax_id: TaxId, evidence: str) -> CompanyRecord:
    name, state = party.get("name") or {}, party.get("state") or {}
    return CompanyRecord(
        tax_id=tax_id,
        legal_name=_text(name, "short_with_opf") or _text(name, "full_with_opf"),
        trade_name="",
        status=_status_of(party),
        status_text=_WORDS.get(_text(state, "status"), _text(state, "status")),
        address=_address(party.get("address") or {}),
        activity_code=_text(party, "okved"),
        activity=_main_activity(party),
        legal_form=_text(party.get("opf") or {}, "full"),
        founded_on=_day(party.get("ogrn_date") or state.get("registration_date")),
        is_head_office={"MAIN": True, "BRANCH": False}.get(_text(party, "branch_type")),
        email="",
        phone="",
        as_of=datetime.now(UTC),
        evidence=evidence,
        other_ids=tuple(
            TaxId("RU", f"ru_{name}", number)
            for name in ("kpp", "ogrn")
            if (number := _text(party, name))
        ),
        managers=tuple(filter(None, [_text(party.get("management") or {}, "name")])),
    )


def _address(said: Mapping[str, Any]) -> PostalAddress:
    """Return the address in its parts, or in one line where the register has no parts."""
    parts = said.get("data") or {}
    street = _text(parts, "street_with_type")
    if not street:
        line = _text(said, "value")
        return PostalAddress(street=line, country="RU") if line else PostalAddress()
    house = " ".join(filter(None, [_text(parts, "house"), _text(parts, "block")]))
    return PostalAddress(
        street=street,
        number=house,
        extra=_text(parts, "flat"),
        postal_code=_text(parts, "postal_code"),
        city=_text(parts, "city") or _text(parts, "settlement") or _text(parts, "region"),
        region=_text(parts, "region_iso_code").removeprefix("RU-"),
        country="RU",
    )


def _main_activity(party: Mapping[str, Any]) -> str:
    """Return the main activity in words, which not every plan tells."""
    all_of_them = party.get("okveds") or []
    return next((_text(each, "name") for each in all_of_them if each.get("main")), "")


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return "" if value is None else " ".join(str(value).split())


def _day(milliseconds: Any) -> date | None:
    """Return a day that is told in milliseconds since 1970, by Moscow's midnight or Greenwich's."""
    if not isinstance(milliseconds, (int, float)):
        return None
    return datetime.fromtimestamp(milliseconds / 1000 + 3 * 3600, tz=UTC).date()
