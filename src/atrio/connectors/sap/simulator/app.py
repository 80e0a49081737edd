"""The simulator's addresses: sessions and tokens, queries, writes, batches."""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from aiohttp import web

from atrio.connectors.sap.simulator import prices
from atrio.connectors.sap.simulator.batch import Part, Reply, answered, parts_in
from atrio.connectors.sap.simulator.errors import (
    ApiError,
    no_property,
    no_row,
    no_segment,
    remarks_header,
)
from atrio.connectors.sap.simulator.query import comparable, literal, parse
from atrio.connectors.sap.simulator.schema import SERVICES, SIMULATION, EntitySet, Row
from atrio.connectors.sap.simulator.sending import Sender
from atrio.connectors.sap.simulator.store import ETAG, Key
from atrio.connectors.sap.simulator.writing import System

_COOKIE = "SAP_SESSIONID_SIM_100"
_TOKEN = "x-csrf-token"  # noqa: S105 - the header's name
_ROOT = "/sap/opu/odata/sap"
_KEYED = re.compile(r"(\w+)(?:\((.*)\))?")
_PAIR = re.compile(r"(?:(\w+)=)?('(?:[^']|'')*')(?:,|$)")


@dataclass
class Instance:
    """One running simulator, and what tests turn."""

    system: System
    secret: str  # user:password
    session_seconds: float = 1800
    sessions: dict[str, _Session] = field(default_factory=dict)

    def end_sessions(self) -> None:
        """Let no session, and so no token, hold any longer."""
        self.sessions.clear()


@dataclass
class _Session:
    ends_at: float  # monotonic
    tokens: dict[str, str] = field(default_factory=dict)  # by service


_INSTANCE = web.AppKey("instance", Instance)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_app(instance: Instance) -> web.Application:
    """Return the simulator as an application."""
    app = web.Application(middlewares=[_answer_refusals], client_max_size=8 * 1024 * 1024)
    app[_INSTANCE] = instance
    app.router.add_get("/healthz", _healthz)
    # What follows may hold quotes and brackets; `_serve` takes it as it was sent.
    app.router.add_route("*", f"{_ROOT}/{{service}}/{{path:.*}}", _serve)
    return app


@web.middleware
async def _answer_refusals(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return web.json_response(error.body, status=error.status)


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _serve(request: web.Request) -> web.StreamResponse:
    instance = request.app[_INSTANCE]
    ours = f"Basic {b64encode(instance.secret.encode()).decode()}"
    if not compare_digest(request.headers.get("Authorization", "").encode(), ours.encode()):
        page = "<html><title>Logon Error Message</title></html>"
        return web.Response(status=401, text=page, content_type="text/html")
    service = request.match_info["service"]
    if service not in SERVICES:
        raise ApiError(403, "/IWFND/MED/170", f"No service found for namespace, name {service}")
    headers, session = _session(request)
    if request.headers.get(_TOKEN, "").lower() == "fetch":
        headers[_TOKEN] = session.tokens.setdefault(service, token_urlsafe(16))
    elif request.method not in ("GET", "HEAD"):
        token = session.tokens.get(service, "")
        if not token or not compare_digest(request.headers.get(_TOKEN, ""), token):
            return web.Response(
                status=403,
                text="CSRF token validation failed",
                headers={**headers, _TOKEN: "Required"},
            )
    body = (await request.read()).decode()
    reply = _answer(request, service, body)
    return web.Response(status=reply.status, text=reply.body, headers={**reply.headers, **headers})


def _session(request: web.Request) -> tuple[dict[str, str], _Session]:
    """Return the request's session, a new one if it has none that holds, and its cookie."""
    sessions = request.app[_INSTANCE].sessions
    name = request.cookies.get(_COOKIE, "")
    known = sessions.get(name)
    if known is not None and known.ends_at > time.monotonic():
        return {}, known
    name = token_urlsafe(24)
    made = _Session(time.monotonic() + request.app[_INSTANCE].session_seconds)
    sessions[name] = made
    return {"Set-Cookie": f"{_COOKIE}={name}; path=/; HttpOnly"}, made


def _answer(request: web.Request, service: str, body: str) -> Reply:
    root = f"{request.scheme}://{request.host}{_ROOT}/{service}"
    path = request.raw_path.partition(f"/{service}/")[2]
    door = _Door(request.app[_INSTANCE].system, service, root)
    if path == "$batch":
        return door.batch(request.headers.get("Content-Type", ""), body)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return door.answer(Part(request.method, path, headers, body))


class _Door:
    """One service, as requests come in."""

    def __init__(self, system: System, service: str, root: str) -> None:
        self._system = system
        self._service = service
        self._send = Sender(system.store, root, service)

    def batch(self, kind: str, text: str) -> Reply:
        """Answer each request; of a change set whose one part is refused nothing is done."""
        replies: list[Reply | list[Reply]] = []
        for part in parts_in(kind, text):
            try:
                if isinstance(part, Part):
                    replies.append(self.answer(part))
                else:
                    with self._system.store.transaction():
                        replies.append([self.answer(one) for one in part])
            except ApiError as error:
                replies.append(_reply(error.status, error.body))
        written_as, body = answered(replies)
        return Reply(202, body, {"Content-Type": written_as})

    def answer(self, part: Part) -> Reply:
        """Answer one request; raises ApiError."""
        split = urlsplit(part.path)
        name = unquote(split.path)
        if part.method in ("GET", "HEAD") and not name:
            return _reply(200, {"d": {"EntitySets": list(SERVICES[self._service])}})
        table, keys = self._named(name)
        if part.method in ("GET", "HEAD"):
            said = dict(parse_qsl(split.query, keep_blank_values=True))
            return self._read(table, keys, said)
        values = _values(part.body)
        if part.method == "POST" and keys is None:
            return self._create(table, values)
        if part.method in ("PATCH", "MERGE") and keys is not None:
            etag = part.headers.get("if-match", "")
            row = self._system.change(table, keys, values, etag)
            return Reply(204, "", {"etag": row[ETAG]})
        raise ApiError(405, "/IWFND/CM_MGW/005", f"{part.method} is not allowed here")

    def _named(self, path: str) -> tuple[EntitySet, Key | None]:
        told = _KEYED.fullmatch(path)
        table = SERVICES[self._service].get(told[1]) if told else None
        if told is None or table is None:
            raise no_segment(path)
        return table, None if told[2] is None else _keys(table, told[2])

    def _read(self, table: EntitySet, keys: Key | None, said: Mapping[str, str]) -> Reply:
        if self._service == SIMULATION:
            raise ApiError(405, "/IWBEP/CM_MGW_RT/021", f"{table.name} cannot be read")
        query = parse(table, said)
        if keys is not None:
            row = self._system.store.row(table.name, keys)
            if row is None:
                raise no_row(table.name)
            sent = self._send.row(table, row, expand=query.expand, select=query.select)
            return _reply(200, {"d": sent}, etag=row[ETAG])
        rows = [row for row in self._system.store.rows(table.name) if query.where(row)]
        rows.sort(key=partial(self._system.store.key, table))
        for name, is_downwards in reversed(query.order):
            rows.sort(key=partial(_compared, table, name), reverse=is_downwards)
        end = None if query.top is None else query.skip + query.top
        found = self._send.rows(table, rows[query.skip : end], query)
        return _reply(
            200, {"d": {**found, **({"__count": str(len(rows))} if query.counts else {})}}
        )

    def _create(self, table: EntitySet, values: Mapping[str, Any]) -> Reply:
        if self._service == SIMULATION:
            if table.name != "A_SalesOrderSimulation":
                raise ApiError(405, "/IWBEP/CM_MGW_RT/021", f"{table.name} cannot be created")
            order = prices.simulated(self._system, values)
            return _reply(201, {"d": self._send.inline(table, order)})
        row, remarks = self._system.create(table, values)
        sent = self._send.row(table, row, expand=_given(table, values))
        return _reply(201, {"d": sent}, etag=row[ETAG], more=remarks_header(remarks))


def _compared(table: EntitySet, name: str, row: Row) -> str:
    return comparable(table, name, row[name])


def _given(table: EntitySet, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the navigations that came with a creation: they go back with it."""
    return tuple(name for name in table.navigations if name in values)


def _keys(table: EntitySet, text: str) -> Key:
    pairs = _PAIR.findall(text)
    told = {name or table.keys[0]: literal(value) for name, value in pairs}
    unknown = set(told) - set(table.keys)
    if unknown:
        raise no_property(table.name, min(unknown))
    if set(told) != set(table.keys):
        raise no_segment(f"{table.name}({text})")
    return tuple(told[name] for name in table.keys)


def _values(body: str) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if isinstance(said, dict) and set(said) == {"d"}:
        said = said["d"]
    if not isinstance(said, dict):
        raise ApiError(400, "/IWFND/CM_MGW/016", "The body is no JSON of an entry")
    return {name: value for name, value in said.items() if name != "__metadata"}


def _reply(
    status: int, body: Mapping[str, Any], *, etag: str = "", more: Mapping[str, str] | None = None
) -> Reply:
    headers = {"Content-Type": "application/json", "dataserviceversion": "2.0", **(more or {})}
    text = json.dumps(body, ensure_ascii=True)
    return Reply(status, text, {**headers, **({"etag": etag} if etag else {})})
