"""The proxy itself: forwards, misbehaves, counts."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from multidict import CIMultiDict
from yarl import URL

from atrio.outside.faults.knobs import Knobs

LONGEST_HOLD = 600.0
NOISE = b'{"status": "ok", \x00\xff\xfe "data": [[[<html>'
# These concern one connection and are not passed on; the length is set anew.
_OF_ONE_CONNECTION = {
    "connection", "content-length", "host", "keep-alive", "proxy-authenticate",
    "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
}  # fmt: skip


@dataclass
class Route:
    """One system behind the proxy."""

    target: str
    knobs: Knobs = field(default_factory=Knobs)
    requests: int = 0
    last: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=50))


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: CIMultiDict[str]
    body: bytes


class Faults:
    """The state of the proxy: routes and their knobs, kept in a file over restarts."""

    def __init__(
        self, targets: Mapping[str, str], *, state: Path | None, token: str, random: Random
    ) -> None:
        """Take up the knobs that the state file remembers for the routes there are."""
        self.token = token
        self.random = random
        self._state = state
        remembered = json.loads(state.read_text()) if state and state.exists() else {}
        self.routes = {
            name: Route(target.rstrip("/"), Knobs.from_json(remembered.get(name, {})))
            for name, target in targets.items()
        }

    def turn(self, name: str, knobs: Knobs) -> None:
        """Set a route's knobs and remember them."""
        self.routes[name].knobs = knobs
        if self._state:
            kept = {name: route.knobs.to_json() for name, route in self.routes.items()}
            # Renamed into place, so that a kill leaves the old state or the new one.
            draft = self._state.with_suffix(".new")
            draft.write_text(json.dumps(kept, indent=1))
            draft.replace(self._state)

    def knobs_for(self, name: str, text: str) -> Knobs:
        """Return what goes wrong with this request, and count it where the knobs count."""
        knobs = self.routes[name].knobs
        if knobs.are_neutral or not knobs.concern(text):
            return Knobs()
        if knobs.times == 1:
            self.turn(name, Knobs())
        elif knobs.times:
            self.turn(name, replace(knobs, times=knobs.times - 1))
        return knobs

    def happens(self, rate: float) -> bool:
        """Draw whether something of that rate happens now."""
        return self.random.random() < rate


_FAULTS = web.AppKey("faults", Faults)
_SESSION = web.AppKey("session", ClientSession)


def build_app(
    targets: Mapping[str, str],
    *,
    token: str,
    state: Path | None = None,
    random: Random | None = None,
) -> web.Application:
    """Return the proxy as an application; run it with `handler_cancellation`."""
    # Not for secrets: which request fails is a game of chance.
    return app_with(Faults(targets, state=state, token=token, random=random or Random()))  # noqa: S311


def app_with(faults: Faults) -> web.Application:
    """Return the proxy over the faults it is to make."""
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app[_FAULTS] = faults
    app.cleanup_ctx.append(_client_session)
    app.router.add_get("/_faults/", _show_all)
    app.router.add_put("/_faults/{route}", _turn)
    app.router.add_get("/healthz", _healthz)
    app.router.add_route("*", "/{route}/{path:.*}", _pass_on)
    return app


async def _client_session(app: web.Application) -> AsyncIterator[None]:
    # The client in front decides how long to wait, not we.
    async with ClientSession(auto_decompress=False, timeout=ClientTimeout(None)) as session:
        app[_SESSION] = session
        yield


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _show_all(request: web.Request) -> web.Response:
    faults = _faults_of_admin(request)
    return web.json_response(
        {
            name: {
                "target": route.target,
                "knobs": route.knobs.to_json(),
                "requests": route.requests,
                "last": list(route.last),
            }
            for name, route in faults.routes.items()
        }
    )


async def _turn(request: web.Request) -> web.Response:
    faults = _faults_of_admin(request)
    name = request.match_info["route"]
    if name not in faults.routes:
        raise web.HTTPNotFound(text=f"there is no route {name}")
    try:
        faults.turn(name, Knobs.from_json(await request.json()))
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from error
    return web.json_response(faults.routes[name].knobs.to_json())


def _faults_of_admin(request: web.Request) -> Faults:
    faults = request.app[_FAULTS]
    said = request.headers.get("Authorization", "")
    if not compare_digest(said.encode(), f"Bearer {faults.token}".encode()):
        raise web.HTTPForbidden(text="the token is missing or wrong")
    return faults


async def _pass_on(request: web.Request) -> web.StreamResponse:
    faults = request.app[_FAULTS]
    name = request.match_info["route"]
    route = faults.routes.get(name)
    if route is None:
        raise web.HTTPNotFound(text=f"there is no route {name}")
    body = await request.read()
    path = request.raw_path.removeprefix(f"/{name}")
    knobs = faults.knobs_for(name, path + body.decode(errors="replace"))
    seen: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(),
        "method": request.method,
        "path": path,
    }
    route.requests += 1
    route.last.append(seen)
    started = time.monotonic()
    try:
        return await _misbehave(request, knobs, route.target + path, body, seen)
    finally:
        seen["seconds"] = round(time.monotonic() - started, 3)


async def _misbehave(
    request: web.Request, knobs: Knobs, url: str, body: bytes, seen: dict[str, Any]
) -> web.StreamResponse:
    faults = request.app[_FAULTS]
    if knobs.down:
        return _break_off(request, seen, "down")
    await asyncio.sleep(knobs.latency + knobs.jitter * faults.random.random())
    if faults.happens(knobs.error_rate):
        seen["status"] = knobs.error_status
        seen["fault"] = "error"
        return web.Response(status=knobs.error_status, text="<h1>Out of order</h1>")
    silent = faults.happens(knobs.execute_then_timeout)
    # Shielded: what the system has begun it finishes, also when the client has hung up.
    answer = await asyncio.shield(_forward(request, url, body))
    if answer is None:
        return _break_off(request, seen, "unreachable")
    seen["status"] = answer.status
    if silent:
        seen["fault"] = "no answer"
        await asyncio.sleep(LONGEST_HOLD)
        return _break_off(request, seen, "no answer")
    if faults.happens(knobs.garbage):
        seen["fault"] = "garbage"
        return web.Response(body=NOISE, content_type="application/json")
    if knobs.slow_drip:
        seen["fault"] = "slow drip"
        return await _drip(request, answer, knobs.slow_drip)
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


async def _forward(request: web.Request, url: str, body: bytes) -> _Answer | None:
    """Return the system's answer, or None if it cannot be reached."""
    try:
        async with request.app[_SESSION].request(
            request.method,
            # As it came: decoded and encoded anew, "%2E" would arrive as ".".
            URL(url, encoded=True),
            headers=_passed_on(request.headers),
            data=body or None,
            allow_redirects=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        ) as response:
            content = await response.read()
            return _Answer(response.status, _passed_on(response.headers), content)
    except ClientError:
        return None


async def _drip(request: web.Request, answer: _Answer, rate: float) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    await response.prepare(request)
    # Ten pieces a second at most; below that, one byte at a time.
    piece = max(1, int(rate / 10))
    for start in range(0, len(answer.body), piece):
        await response.write(answer.body[start : start + piece])
        await asyncio.sleep(piece / rate)
    await response.write_eof()
    return response


def _break_off(request: web.Request, seen: dict[str, Any], fault: str) -> web.Response:
    seen["fault"] = fault
    if request.transport:
        request.transport.abort()
    return web.Response(status=502)


def _passed_on(headers: Mapping[str, str]) -> CIMultiDict[str]:
    kept = ((name, value) for name, value in headers.items())
    return CIMultiDict((n, v) for n, v in kept if n.lower() not in _OF_ONE_CONNECTION)
