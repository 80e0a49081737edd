"""The simulator's pages."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from aiohttp import web
from stdnum.eu import vat

from atrio.outside.invented_eu import company_name, is_invented

_NAMELESS = ("DE", "ES")
_PLACES = ("AT", "BE", "DE", "EL", "ES", "FR", "IT", "NL", "PL", "PT")
_REQUESTER = ("requesterMemberStateCode", "requesterNumber")


def build_app() -> web.Application:
    """Return the simulator."""
    app = web.Application()
    app.router.add_post("/check-vat-number", _check)
    app.router.add_get("/check-status", _status)
    app.router.add_get("/healthz", _healthz)
    return app


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _status(_request: web.Request) -> web.Response:
    countries = [{"countryCode": place, "availability": "Available"} for place in _PLACES]
    return web.json_response({"vow": {"available": True}, "countries": countries})


async def _check(request: web.Request) -> web.Response:
    asked = await request.json()
    place, number = str(asked.get("countryCode", "")), str(asked.get("vatNumber", ""))
    if place not in _PLACES or not number:
        return _refusal("INVALID_INPUT")
    if number.startswith("998"):
        return _refusal("MS_UNAVAILABLE")
    requester = "".join(str(asked.get(name, "")) for name in _REQUESTER)
    if requester and not vat.is_valid(requester):
        return _refusal("INVALID_REQUESTER_INFO")
    is_valid = is_invented(place.replace("EL", "GR") + number)
    return web.json_response(_answer(place, number, is_valid=is_valid, requester=requester))


def _answer(place: str, number: str, *, is_valid: bool, requester: str) -> dict[str, Any]:
    is_told = is_valid and place not in _NAMELESS
    asked_by = sha256(f"{requester} {place}{number}".encode()).hexdigest()[:16].upper()
    return {
        "countryCode": place,
        "vatNumber": number,
        "requestDate": datetime.now(UTC).isoformat(),
        "valid": is_valid,
        "requestIdentifier": f"WAPIAAAA{asked_by}" if requester else "",
        "name": company_name(f"{place}{number}") if is_told else "---",
        "address": "1 RUE DE L'EXEMPLE\n75000 PARIS" if is_told else "---",
        "traderName": "---",
        "traderNameMatch": "NOT_PROCESSED",
    }


def _refusal(error: str) -> web.Response:
    # With status 200, whatever went wrong.
    return web.json_response({"actionSucceed": False, "errorWrappers": [{"error": error}]})
