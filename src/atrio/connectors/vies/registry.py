"""VAT ids of the European Union."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from stdnum.eu import vat

from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.http import OutsideHttp
from atrio.outside.ports import CompanyRecord, PostalAddress, TaxId

KIND = "eu_vat"
# Numbers of a member state without its letters in front: "at_vat".
_OF_ONE_STATE = frozenset(f"{code}_vat" for code in vat.MEMBER_STATES)
# VIES has names of its own for two places.
_PLACES = {"GR": "EL"}
# What a member state writes where it tells nothing. Germany and Spain never tell.
_WITHHELD = "---"
# Said of the number, or of how we ask; everything else is said of the member state's day.
_WRONG_NUMBER = frozenset({"INVALID", "INVALID_INPUT"})
_WRONG_ASKED = frozenset({"INVALID_REQUESTER_INFO", "VAT_BLOCKED", "IP_BLOCKED"})


class ViesRegistry:
    """Fulfils the port `Registry` for VAT ids of the European Union.

    Of kind `eu_vat`, with two letters in front, or of a member state's own kind, as `at_vat`.

    Valid is an active company, often without a name; invalid is a company that is not known; a
    member state that does not answer is OutsideBusy, though VIES says so with status 200.

    Options: those of `OutsideHttp`, and `requester`, our own VAT id: with it VIES gives each
    answer an identifier, which is the proof of having asked. There is no secret.
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
        self._requester = str((options or {}).get("requester", "")).upper()

    def probe(self) -> None:
        """Ask which member states can be asked."""
        answer = self._http.send("GET", "/check-status").json()
        if not isinstance(answer, dict) or "countries" not in answer:
            raise OutsideBusy("VIES did not say which member states can be asked")

    def find_company(self, tax_id: TaxId) -> CompanyRecord | None:
        """Return the company of a valid number, None of an invalid one.

        OutsideFailure("invalid") for other kinds of numbers, and if VIES calls it misspelt.
        """
        number = tax_id.number
        if tax_id.kind in _OF_ONE_STATE:
            number = tax_id.country + number.removeprefix(tax_id.country)
        elif tax_id.kind != KIND or len(number) < 4:
            raise OutsideFailure(f"VIES knows no {tax_id.kind}", code="invalid")
        answer = self._http.send("POST", "/check-vat-number", json=self._question(number))
        said = answer.json()
        if not isinstance(said, dict):
            raise OutsideBusy("VIES answered in no words of its own")
        _see_that_it_was_answered(said, number)
        if f"{said.get('countryCode')}{said.get('vatNumber')}" != _spelt(number):
            raise OutsideBusy("The answer does not speak of the number that was asked for")
        return _record(said, tax_id) if said["valid"] is True else None

    def _question(self, number: str) -> dict[str, str]:
        spelt = _spelt(number)
        question = {"countryCode": spelt[:2], "vatNumber": spelt[2:]}
        if self._requester:
            requester = _spelt(self._requester)
            question |= {
                "requesterMemberStateCode": requester[:2],
                "requesterNumber": requester[2:],
            }
        return question


def _spelt(number: str) -> str:
    """Return the number as VIES wants it: Greece is EL there."""
    return _PLACES.get(number[:2], number[:2]) + number[2:]


def _see_that_it_was_answered(said: Mapping[str, Any], number: str) -> None:
    """Raise what an error means, which VIES may tell in two shapes and with status 200."""
    told = said.get("errorWrappers")
    errors = [str(each.get("error", "")) for each in told] if isinstance(told, list) else []
    error = next(iter(errors), str(said.get("userError", "")))
    if error in ("", "VALID", "INVALID") and isinstance(said.get("valid"), bool):
        return
    if error in _WRONG_NUMBER:
        raise OutsideFailure(f"VIES calls {number} misspelt", code="invalid")
    if error in _WRONG_ASKED:
        raise OutsideFailure(f"VIES does not answer us: {error}", code="misconfigured")
    raise OutsideBusy(f"VIES could not ask the member state: {error or 'no reason given'}")


def _record(said: Mapping[str, Any], tax_id: TaxId) -> CompanyRecord:
    name, place = _told(said, "name"), _told(said, "address")
    return CompanyRecord(
        tax_id=tax_id,
        legal_name=name,
        trade_name="",
        status="active",
        status_text="VALID",
        # One text, in the member state's own order of lines: nobody can cut it up for all.
        address=PostalAddress(street=place.replace("\n", ", "), country=tax_id.country)
        if place
        else PostalAddress(),
        activity_code="",
        activity="",
        legal_form="",
        founded_on=None,
        is_head_office=None,
        email="",
        phone="",
        as_of=datetime.now(UTC),
        evidence=json.dumps({"asked": tax_id.number, "answered": said}, ensure_ascii=False),
    )


def _told(said: Mapping[str, Any], name: str) -> str:
    text = str(said.get(name) or "").strip()
    return "" if text == _WITHHELD else text
