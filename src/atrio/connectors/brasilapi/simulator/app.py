"""The simulator's pages."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web
from stdnum.br import cnpj

from atrio.connectors.brasilapi.simulator.records import Record, invented

_RECORDED: web.AppKey[Mapping[str, Record]] = web.AppKey("recorded")
_COLD_SECONDS = web.AppKey("cold_seconds", float)
_ASKED: web.AppKey[set[str]] = web.AppKey("asked")


def build_app(
    recorded: Mapping[str, Record] | None = None, *, cold_seconds: float = 0
) -> web.Application:
    """Return the simulator; `cold_seconds` is what the first question for a number takes."""
    app = web.Application()
    app[_RECORDED] = recorded or {}
    app[_COLD_SECONDS] = cold_seconds
    app[_ASKED] = set()
    # With punctuation a number has a slash in it.
    app.router.add_get("/api/cnpj/v1/{number:.+}", _company)
    app.router.add_get("/healthz", _healthz)
    return app


async def _healthz(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _company(request: web.Request) -> web.Response:
    asked = request.match_info["number"]
    number = cnpj.compact(asked)
    if not cnpj.is_valid(number):
        return _refusal(400, "BadRequestError", f"CNPJ {asked} inválido.", "bad_request")
    if number not in request.app[_ASKED]:
        request.app[_ASKED].add(number)
        await asyncio.sleep(request.app[_COLD_SECONDS])
    record = request.app[_RECORDED].get(number) or invented(number)
    if record is None:
        message = f"CNPJ {cnpj.format(number)} não encontrado."
        return _refusal(404, "NotFoundError", message, "not_found")
    return web.json_response(record)


def _refusal(status: int, name: str, message: str, kind: str) -> web.Response:
    return web.json_response({"name": name, "message": message, "type": kind}, status=status)
