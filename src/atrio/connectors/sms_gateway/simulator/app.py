"""The simulator's addresses."""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import phonenumbers
from aiohttp import web

MOST_KEPT = 10_000
MOST_LETTERS = 1_600
_NEVER_ARRIVES, _NOBODY_HEARS = "98", "99"
_SENT = ("to", "from", "text")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Gateway:
    """What the gateway has taken, by our reference; the newest last."""

    key: str
    delivery_seconds: float
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)


GATEWAY: web.AppKey[Gateway] = web.AppKey("gateway", Gateway)


def build_app(key: str, *, delivery_seconds: float = 0) -> web.Application:
    """Return the simulator; `delivery_seconds` pass until it tells that a message arrived."""
    app = web.Application(middlewares=[_let_in])
    app[GATEWAY] = Gateway(key, delivery_seconds)
    app.router.add_post("/v1/messages", _send)
    app.router.add_get("/v1/messages", _find)
    app.router.add_get("/v1/status", _status)
    app.router.add_get("/healthz", _healthz)
    return app


@web.middleware
async def _let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    is_known = hmac.compare_digest(given.encode(), request.app[GATEWAY].key.encode())
    if request.path != "/healthz" and not is_known:
        return _refusal(401, "unknown_key")
    return await handler(request)


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _status(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok", "messages": len(request.app[GATEWAY].texts)})


async def _send(request: web.Request) -> web.Response:
    try:
        said = await request.json()
    except ValueError:
        return _refusal(400, "not_json")
    if not isinstance(said, dict) or not all(_is_text(said.get(n)) for n in ("to", "text")):
        return _refusal(422, "to_and_text_are_needed")
    if error := _wrong_with(said):
        return _refusal(422, error)
    texts = request.app[GATEWAY].texts
    reference = str(said.get("reference") or uuid4())
    known = texts.get(reference)
    if known:
        is_same = all(known[name] == said.get(name, "") for name in _SENT)
        return web.json_response(_told(request, known)) if is_same else _refusal(409, "other_text")
    texts[reference] = {
        "id": uuid4().hex,
        "reference": reference,
        "taken_at": time.time(),
        **{name: said.get(name, "") for name in _SENT},
    }
    if len(texts) > MOST_KEPT:
        del texts[next(iter(texts))]
    return web.json_response(_told(request, texts[reference]), status=201)


async def _find(request: web.Request) -> web.Response:
    texts = request.app[GATEWAY].texts
    if "reference" in request.query:
        found = [texts[r] for r in request.query.getall("reference") if r in texts]
    else:
        found = list(texts.values())[-100:]
    return web.json_response({"messages": [_told(request, text) for text in found]})


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _wrong_with(said: dict[str, Any]) -> str:
    if len(said["text"]) > MOST_LETTERS:
        return "too_long"
    try:
        number = phonenumbers.parse(said["to"])
    except phonenumbers.NumberParseException:
        return "invalid_number"
    if not phonenumbers.is_valid_number(number):
        return "invalid_number"
    is_fixed = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE
    return "not_a_mobile" if is_fixed else ""


def _told(request: web.Request, text: dict[str, Any]) -> dict[str, Any]:
    state, reason = "accepted", ""
    if time.time() - text["taken_at"] >= request.app[GATEWAY].delivery_seconds:
        if text["to"].endswith(_NEVER_ARRIVES):
            state, reason = "failed", "The phone has been off for two days"
        elif not text["to"].endswith(_NOBODY_HEARS):
            state = "delivered"
    return text | {"status": state, "reason": reason}


def _refusal(status: int, error: str) -> web.Response:
    return web.json_response({"error": error}, status=status)
