"""What a page is measured against: a bare Django view that asks the database the same.

It has no middleware, runs the page's own statements with their parameters as they were recorded,
reads every row, and renders a text as long as the page by a template of one variable.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, engines
from django.test import Client, RequestFactory
from django.urls import path

from atrio.kernel.ids import new_id

Statements = list[tuple[str, Any]]
_shown: dict[str, Any] = {}


def _bare(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, parameters in _shown["statements"]:
            # Rows are new ones each time: their ids are their first columns.
            is_new = sql.lower().startswith("insert")
            cursor.execute(sql, [new_id(), *parameters[1:]] if is_new else parameters)
            if cursor.description:
                cursor.fetchall()
    page = _shown["template"].render(Context({"text": _shown["text"]}))
    return HttpResponse(page)


urlpatterns = [path("", _bare)]


def against_bare(browser: Client, address: str, rounds: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of a page and those of its bare twin, asked for in turns."""
    browser.get(address)  # whose cookies are those of one who comes back
    page = _asking(WSGIHandler(), browser, address)
    for _ in range(10):
        said = page()
    with _recorded() as statements:
        page()
    _shown["statements"] = statements
    _shown["text"] = "x" * len(said)
    _shown["template"] = engines["django"].engine.from_string("{{ text }}")  # type: ignore[attr-defined]
    with _settings(MIDDLEWARE=[], ROOT_URLCONF=__name__):
        bare = _asking(WSGIHandler(), Client(), "/")
        assert len(bare()) == len(said)
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        took[0].append(_timed(page))
        with _settings(ROOT_URLCONF=__name__):
            took[1].append(_timed(bare))
    return took


def _asking(handler: WSGIHandler, browser: Client, address: str) -> Callable[[], bytes]:
    """Return what asks a handler for a page, as the web server's threads do."""
    cookies = "; ".join(f"{name}={kept.value}" for name, kept in browser.cookies.items())
    factory = RequestFactory(SERVER_NAME=settings.ALLOWED_HOSTS[0])

    def ask() -> bytes:
        environ = factory.get(address, headers={"cookie": cookies, "accept-language": "en"}).environ
        statuses: list[str] = []
        answer = handler(environ, lambda status, _headers, *_more: statuses.append(status))
        try:
            said = b"".join(answer)
        finally:
            answer.close()
        assert statuses[0].startswith("200"), (address, statuses)
        return said

    return ask


def _timed(ask: Callable[[], bytes]) -> float:
    began = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began)


@contextmanager
def _recorded() -> Iterator[Statements]:
    found: Statements = []

    def note(execute: Any, sql: str, parameters: Any, many: Any, context: Any) -> Any:
        rows: Sequence[Any] = parameters if many else [parameters]
        found.extend((sql, row) for row in rows)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        yield found


@contextmanager
def _settings(**changed: Any) -> Iterator[None]:
    kept = {name: getattr(settings, name) for name in changed}
    for name, value in changed.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(settings, name, value)
