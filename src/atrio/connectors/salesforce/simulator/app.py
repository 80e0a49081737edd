"""The simulator's addresses: tokens, queries, writes."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from atrio.connectors.salesforce.simulator import duplicates
from atrio.connectors.salesforce.simulator.errors import ApiError
from atrio.connectors.salesforce.simulator.org import DuplicatesDetected, Org
from atrio.connectors.salesforce.simulator.schema import fields_of
from atrio.connectors.salesforce.simulator.soql import parse

_OLDEST, _NEWEST = 20, 66
# Up to this version an upsert that changes a record answers with nothing at all.
_SILENT_UPSERT = 45


@dataclass
class Instance:
    """One running simulator, and what tests turn."""

    org: Org
    secret: str  # client_id:client_secret
    instance_url: str = ""  # "" for the address that was asked
    session_seconds: float = 7200
    requests_left: int | None = None  # today; None for no end
    page_size: int = 2000
    misspells: bool = False
    tokens: dict[str, float] = field(default_factory=dict)  # → when it ends, monotonic
    pages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def end_sessions(self) -> None:
        """Let no token of today hold any longer."""
        self.tokens.clear()

    def forget_pages(self) -> None:
        """Forget how long answers go on."""
        self.pages.clear()


_INSTANCE = web.AppKey("instance", Instance)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_app(instance: Instance) -> web.Application:
    """Return the simulator as an application."""
    app = web.Application(middlewares=[_answer_refusals])
    app[_INSTANCE] = instance
    app.router.add_get("/healthz", _healthz)
    app.router.add_post("/services/oauth2/token", _token)
    data = r"/services/data/v{version:\d+}.0"
    app.router.add_get(f"{data}/query", _query)
    app.router.add_get(f"{data}/query/{{page}}", _next_page)
    app.router.add_post(f"{data}/sobjects/{{table}}", _create)
    app.router.add_patch(f"{data}/sobjects/{{table}}/{{id}}", _change)
    # The value may hold anything; _upsert takes it as it was sent.
    app.router.add_patch(f"{data}/sobjects/{{table}}/{{name}}/{{value:.*}}", _upsert)
    return app


@web.middleware
async def _answer_refusals(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        if request.path.startswith("/services/data/"):
            _let_in(request)
        return await handler(request)
    except ApiError as error:
        return web.json_response(error.body, status=error.status)
    except DuplicatesDetected as error:
        finding = duplicates.sent(
            error.match,
            may_save=error.may_save,
            has_details=_wishes(request).get("includerecorddetails") == "true",
            misspelt=request.app[_INSTANCE].misspells,
        )
        return web.json_response([finding], status=400)


def _let_in(request: web.Request) -> None:
    instance = request.app[_INSTANCE]
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if instance.tokens.get(token, 0) < time.monotonic():
        raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
    if instance.requests_left is not None:
        if instance.requests_left < 1:
            message = "TotalRequests Limit exceeded."
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", message)
        instance.requests_left -= 1
    version = re.match(r"/services/data/v(\d+)\.0/", request.path)
    if version is None or not _OLDEST <= int(version[1]) <= _NEWEST:
        raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _token(request: web.Request) -> web.Response:
    instance = request.app[_INSTANCE]
    said = await request.post()
    if said.get("grant_type") != "client_credentials":
        return _no_token("unsupported_grant_type", "grant type not supported")
    if ":".join(str(said.get(name)) for name in ("client_id", "client_secret")) != instance.secret:
        return _no_token("invalid_client", "invalid client credentials")
    token = f"00D!{token_urlsafe(40)}"
    instance.tokens[token] = time.monotonic() + instance.session_seconds
    url = instance.instance_url or f"{request.scheme}://{request.host}"
    return web.json_response(
        {
            "access_token": token,
            "instance_url": url,
            "id": f"{url}/id/00D000000000001EAA/005000000000001AAA",
            "token_type": "Bearer",
            "issued_at": str(int(time.time() * 1000)),
            "scope": "api",
        }
    )


def _no_token(error: str, description: str) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=400)


async def _query(request: web.Request) -> web.Response:
    instance = request.app[_INSTANCE]
    if "q" not in request.query:
        raise ApiError(400, "MALFORMED_QUERY", "A query string has to be specified")
    records = instance.org.select(parse(request.query["q"]))
    return _page(request, records, start=0)


async def _next_page(request: web.Request) -> web.Response:
    instance = request.app[_INSTANCE]
    locator, _, start = request.match_info["page"].rpartition("-")
    if locator not in instance.pages or not start.isdecimal():
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return _page(request, instance.pages[locator], start=int(start), locator=locator)


def _page(
    request: web.Request, records: list[dict[str, Any]], *, start: int, locator: str = ""
) -> web.Response:
    instance = request.app[_INSTANCE]
    wanted = re.search(r"batchSize=(\d+)", request.headers.get("Sforce-Query-Options", ""))
    end = start + min(instance.page_size, int(wanted[1]) if wanted else instance.page_size)
    answer: dict[str, Any] = {
        "totalSize": len(records),
        "done": end >= len(records),
        "records": records[start:end],
    }
    if not answer["done"]:
        locator = locator or f"0r8{token_urlsafe(12).replace('-', '_')}"
        instance.pages[locator] = records
        base = request.path.partition("/query")[0]
        answer["nextRecordsUrl"] = f"{base}/query/{locator}-{end}"
    return web.json_response(answer)


async def _create(request: web.Request) -> web.Response:
    table = _table(request)
    identity = request.app[_INSTANCE].org.create(
        table, await _values(request), despite_duplicates=_may_save(request)
    )
    return _done(request, identity, is_new=True)


async def _change(request: web.Request) -> web.Response:
    request.app[_INSTANCE].org.change(
        _table(request),
        request.match_info["id"],
        await _values(request),
        despite_duplicates=_may_save(request),
    )
    return web.Response(status=204)


async def _upsert(request: web.Request) -> web.Response:
    org = request.app[_INSTANCE].org
    table, name = _table(request), request.match_info["name"]
    raw = request.raw_path.partition("?")[0].partition(f"/{name}/")[2]
    if not raw or "/" in raw or re.search(r"\.[A-Za-z]{2,4}$", raw):
        # The end of an address that looks like a suffix is read as the format to answer in.
        raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
    value = unquote(raw)
    values = await _values(request)
    if name in values:
        message = f"The {name} field should not be specified in the sobject data."
        raise ApiError(400, "INVALID_FIELD", message, fields=[name])
    found = org.with_external_id(table, name, value)
    if len(found) > 1:
        base = request.path.partition("/sobjects")[0]
        choices = [f"{base}/sobjects/{table}/{row['Id']}" for row in found]
        return web.json_response(choices, status=300)
    may_save = _may_save(request)
    if found:
        identity = str(found[0]["Id"])
        org.change(table, identity, values, despite_duplicates=may_save)
        is_silent = _version(request) <= _SILENT_UPSERT
        return web.Response(status=204) if is_silent else _done(request, identity, is_new=False)
    if request.query.get("updateOnly") == "true":
        raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
    identity = org.create(table, {**values, name: value}, despite_duplicates=may_save)
    return _done(request, identity, is_new=True)


def _version(request: web.Request) -> int:
    return int(request.match_info["version"])


def _done(request: web.Request, identity: str, *, is_new: bool) -> web.Response:
    body: dict[str, Any] = {"id": identity, "success": True, "errors": []}
    if _version(request) > _SILENT_UPSERT:
        body["created"] = is_new
    return web.json_response(body, status=201 if is_new else 200)


def _table(request: web.Request) -> str:
    table = request.match_info["table"]
    fields_of(table)
    return table


async def _values(request: web.Request) -> dict[str, object]:
    try:
        values = await request.json()
    except ValueError:
        raise ApiError(400, "JSON_PARSER_ERROR", "The body is not JSON") from None
    if not isinstance(values, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "The body is no object")
    return values


def _may_save(request: web.Request) -> bool:
    return _wishes(request).get("allowsave") == "true"


def _wishes(request: web.Request) -> dict[str, str]:
    """Return what the header for duplicate rules asks for."""
    said = request.headers.get("Sforce-Duplicate-Rule-Header", "")
    pairs = (pair.partition("=") for pair in said.lower().split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}
