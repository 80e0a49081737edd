"""The simulator's addresses: customers, companies, shared catalogues, company credit."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from atrio.connectors.adobe_commerce.simulator.refusals import ApiError, is_required
from atrio.connectors.adobe_commerce.simulator.searching import matches, searched
from atrio.connectors.adobe_commerce.simulator.store import GROUPS, Row, Store

_NAMES = ("company_name", "company_email", "city", "country_id", "region", "postcode", "telephone")
_COMPANY = frozenset(
    {
        *_NAMES,
        *("id", "status", "legal_name", "vat_tax_id", "reseller_id", "comment", "street"),
        *("region_id", "customer_group_id", "sales_representative_id", "reject_reason"),
        *("rejected_at", "super_user_id", "extension_attributes"),
    }
)
_CUSTOMER = frozenset({"id", "email", "firstname", "lastname", "website_id", "store_id"})
_CREDIT = frozenset({"id", "company_id", "credit_limit", "currency_code", "exceed_limit"})
_STATUSES = (0, 1, 2, 3)


@dataclass
class Instance:
    """One running simulator, and what tests turn."""

    store: Store
    token: str
    currencies: tuple[str, ...] = ("BRL", "EUR", "RUB", "USD")


_INSTANCE = web.AppKey("instance", Instance)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_app(instance: Instance) -> web.Application:
    """Return the simulator as an application."""
    app = web.Application(middlewares=[_answer_refusals])
    app[_INSTANCE] = instance
    app.router.add_get("/healthz", _healthz)
    store = "/rest/{store}/V1"
    app.router.add_get(f"{store}/customers/search", _search_customers)
    app.router.add_post(f"{store}/customers", _create_customer)
    app.router.add_get(f"{store}/customers/{{id:\\d+}}", _read_customer)
    app.router.add_get(f"{store}/company", _search_companies)
    app.router.add_post(f"{store}/company/", _create_company)
    app.router.add_get(f"{store}/company/{{id:\\d+}}", _read_company)
    app.router.add_put(f"{store}/company/{{id:\\d+}}", _change_company)
    app.router.add_get(f"{store}/sharedCatalog/{{id:\\d+}}", _read_catalog)
    app.router.add_post(f"{store}/sharedCatalog/{{id:\\d+}}/assignCompanies", _assign)
    app.router.add_get(f"{store}/companyCredits/company/{{id:\\d+}}", _read_credit)
    app.router.add_put(f"{store}/companyCredits/{{id:\\d+}}", _change_credit)
    return app


@web.middleware
async def _answer_refusals(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        if request.path.startswith("/rest/"):
            _let_in(request)
        return await handler(request)
    except ApiError as error:
        return web.json_response(error.body, status=error.status)


def _let_in(request: web.Request) -> None:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), request.app[_INSTANCE].token.encode()):
        # The same words as for a right that an integration lacks.
        said = "The consumer isn't authorized to access %resources."
        raise ApiError(401, said, {"resources": "Magento_Company::index"})


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _search_customers(request: web.Request) -> web.Response:
    return _found(request, _store(request).rows("customer"))


async def _create_customer(request: web.Request) -> web.Response:
    body = await _sent(request, "customer", _CUSTOMER)
    for field in ("email", "firstname", "lastname"):
        if not body.get(field):
            raise is_required(field)
    store = _store(request)
    theirs = {"email": body["email"], "website_id": body.get("website_id", 1)}
    if any(matches(row, "email", theirs["email"]) for row in store.rows("customer")):
        raise ApiError(
            400, "A customer with the same email address already exists in an associated website."
        )
    row = {**body, **theirs, "group_id": GROUPS[1], "extension_attributes": _at_company(0)}
    return web.json_response(store.add("customer", row))


async def _read_customer(request: web.Request) -> web.Response:
    return web.json_response(_row(request, "customer"))


async def _search_companies(request: web.Request) -> web.Response:
    return _found(request, _store(request).rows("company"))


async def _create_company(request: web.Request) -> web.Response:
    store = _store(request)
    body = await _sent(request, "company", _COMPANY)
    _see_that_it_is_a_company(body)
    # A new company's admin: somebody who is at no other one.
    admin = store.row("customer", int(body["super_user_id"]))
    if admin is None:
        raise _no_such("customerId", body["super_user_id"])
    if admin["extension_attributes"]["company_attributes"]["company_id"]:
        raise ApiError(400, "Could not save company.")
    kept = {**body, "status": body.get("status", 0)}
    row = store.add("company", _as_kept(kept))
    credit = {"company_id": row["id"], "balance": 0, "currency_code": store.currency}
    store.add("credit", credit | {"exceed_limit": False})
    store.put("customer", admin | {"extension_attributes": _at_company(row["id"])})
    return web.json_response(_told(row))


async def _read_company(request: web.Request) -> web.Response:
    return web.json_response(_row(request, "company"))


async def _change_company(request: web.Request) -> web.Response:
    store, before = _store(request), _row(request, "company")
    body = await _sent(request, "company", _COMPANY)
    _see_that_it_is_a_company(body)
    if body["super_user_id"] != before["super_user_id"]:
        raise ApiError(400, "The simulator changes no admins.")
    # What is left out is empty from now on.
    kept = {**body, "id": before["id"], "status": body.get("status", 0)}
    return web.json_response(_told(store.put("company", _as_kept(kept))))


async def _read_catalog(request: web.Request) -> web.Response:
    return web.json_response(_catalog(request))


async def _assign(request: web.Request) -> web.Response:
    store, catalog = _store(request), _catalog(request)
    body = await _json(request)
    for one in body.get("companies", []):
        company = store.row("company", int(one["id"]))
        if company is None:
            raise _no_such("id", one["id"])
        store.put("company", company | {"customer_group_id": catalog["customer_group_id"]})
    return web.json_response(True)  # noqa: FBT003 - what it answers


async def _read_credit(request: web.Request) -> web.Response:
    company = _row(request, "company")["id"]
    found = [row for row in _store(request).rows("credit") if row["company_id"] == company]
    return web.json_response(_credit(found[0]))


async def _change_credit(request: web.Request) -> web.Response:
    store, before = _store(request), _row(request, "credit")
    body = await _sent(request, "creditLimit", _CREDIT)
    if body.get("company_id") != before["company_id"]:
        raise _no_such("company_id", body.get("company_id"))
    if body.get("currency_code") not in request.app[_INSTANCE].currencies:
        raise ApiError(400, "The selected currency is not available.")
    if not isinstance(body.get("credit_limit"), int | float) or body["credit_limit"] < 0:
        raise ApiError(
            400,
            'Invalid value of "%value" provided for the %fieldName field.',
            {"fieldName": "credit_limit", "value": body.get("credit_limit")},
        )
    return web.json_response(_credit(store.put("credit", before | body)))


def _store(request: web.Request) -> Store:
    return request.app[_INSTANCE].store


def _row(request: web.Request, kind: str) -> Row:
    number = int(request.match_info["id"])
    found = _store(request).row(kind, number)
    if found is None:
        raise _no_such("id", number)
    return found


def _catalog(request: web.Request) -> Row:
    number = int(request.match_info["id"])
    if number not in GROUPS:
        raise ApiError(404, "Requested Shared Catalog is not found")
    kind = 1 if number == 1 else 0
    return {
        "id": number,
        "name": f"Catalog {number}",
        "customer_group_id": GROUPS[number],
        "type": kind,
    }


async def _json(request: web.Request) -> Row:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "Decoding error.")
    return body


async def _sent(request: web.Request, name: str, fields: Iterable[str]) -> Row:
    """Return the object that was sent under a name; fields nobody knows are refused."""
    body = (await _json(request)).get(name)
    if not isinstance(body, dict):
        raise is_required(name)
    for field in body.keys() - set(fields):
        raise ApiError(400, f'Property "{field}" does not have accessor method "get{field}".')
    return body


def _see_that_it_is_a_company(body: Mapping[str, Any]) -> None:
    for field in (*_NAMES, "super_user_id", "customer_group_id"):
        if not body.get(field):
            raise is_required(field)
    street = body.get("street")
    if not isinstance(street, list) or not 1 <= len(street) <= 2 or not street[0]:
        raise is_required("street")
    if body["customer_group_id"] not in GROUPS.values():
        raise _no_such("id", body["customer_group_id"])
    if body.get("status", 0) not in _STATUSES:
        raise ApiError(
            400,
            'Invalid value of "%value" provided for the %fieldName field.',
            {"fieldName": "status", "value": body["status"]},
        )


def _as_kept(row: Row) -> Row:
    return row | {"extension_attributes": {"quote_config": {"is_quote_enabled": False}}}


def _told(row: Row) -> Row:
    """Return a company as it is answered after a write: without its status."""
    return {name: value for name, value in row.items() if name != "status"}


def _credit(row: Row) -> Row:
    """Return a credit account; one that never had a limit has no such member."""
    available = row.get("credit_limit", 0) + row["balance"]
    return row | {"available_limit": available}


def _at_company(number: int) -> Row:
    return {"company_attributes": {"company_id": number, "status": 1}}


def _found(request: web.Request, rows: list[Row]) -> web.Response:
    items = searched(rows, request.query)
    return web.json_response({"items": items, "total_count": len(items)})


def _no_such(field: str, value: Any) -> ApiError:
    said = "No such entity with %fieldName = %fieldValue"
    return ApiError(404, said, {"fieldName": field, "fieldValue": value})
