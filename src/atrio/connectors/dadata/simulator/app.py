"""The simulator's pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from aiohttp import web

from atrio.outside.invented_ru import invented_party
from atrio.outside.ports import CompanyRecord

_CODES = {
    "active": "ACTIVE",
    "suspended": "LIQUIDATING",
    "unfit": "BANKRUPT",
    "closed": "LIQUIDATED",
}
_KEY: web.AppKey[str] = web.AppKey("key")


def build_app(key: str = "") -> web.Application:
    """Return the simulator; with a key only who shows it is answered."""
    app = web.Application()
    app[_KEY] = key
    app.router.add_post("/suggestions/api/4_1/rs/findById/party", _find)
    app.router.add_get("/healthz", _healthz)
    return app


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _find(request: web.Request) -> web.Response:
    shown = request.headers.get("Authorization", "")
    if not shown.startswith("Token "):
        return web.json_response({"message": "Unauthorized"}, status=401)
    if request.app[_KEY] and shown != f"Token {request.app[_KEY]}":
        return web.json_response({"message": "Forbidden"}, status=403)
    asked = await request.json()
    found = invented_party(str(asked.get("query", "")), as_of=datetime.now(UTC))
    # Whoever is not there is no error: nothing is suggested.
    return web.json_response({"suggestions": [_suggestion(found)] if found else []})


def _suggestion(company: CompanyRecord) -> dict[str, Any]:
    ids = {each.kind.removeprefix("ru_"): each.number for each in company.other_ids}
    is_company = "kpp" in ids
    form, _space, name = company.legal_name.partition(" ")
    address = company.address
    line = f"{address.postal_code}, г {address.city}, {address.street}, д {address.number}"
    founded = company.founded_on
    return {
        "value": company.legal_name,
        "unrestricted_value": company.legal_name,
        "data": {
            "inn": company.tax_id.number,
            "kpp": ids.get("kpp"),
            "ogrn": ids["ogrn"],
            "ogrn_date": _milliseconds(founded),
            "type": "LEGAL" if is_company else "INDIVIDUAL",
            "branch_type": "MAIN" if is_company else None,
            "branch_count": 0,
            "name": {
                "full_with_opf": f"{company.legal_form.upper()} {name}",
                "short_with_opf": company.legal_name,
                "full": name.strip('"'),
                "short": name.strip('"'),
            },
            "opf": {"code": "12300", "full": company.legal_form, "short": form},
            "state": {
                "status": _CODES[company.status],
                "code": None,
                "registration_date": _milliseconds(founded),
                "liquidation_date": None,
            },
            "management": {"name": company.managers[0], "post": "ГЕНЕРАЛЬНЫЙ ДИРЕКТОР"}
            if is_company
            else None,
            "okved": company.activity_code,
            "okved_type": "2014",
            "okveds": [{"main": True, "code": company.activity_code, "name": company.activity}],
            "address": {
                "value": line,
                "unrestricted_value": line,
                "data": {
                    "postal_code": address.postal_code,
                    "country_iso_code": "RU",
                    "region_iso_code": f"RU-{address.region}",
                    "city": address.city,
                    "street_with_type": address.street,
                    "house": address.number,
                    "block": None,
                    "flat": address.extra or None,
                },
            },
        },
    }


def _milliseconds(day: date | None) -> int | None:
    # Midnight in Moscow.
    return int((datetime.combine(day, time(), UTC).timestamp() - 3 * 3600) * 1000) if day else None
