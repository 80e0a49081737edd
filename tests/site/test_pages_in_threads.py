"""Django in threads behind ASGI: whole requests in, whole pages out, and nobody keeps a thread."""

from __future__ import annotations

import asyncio
import io
import threading

import pytest

from atrio.site.pages import Pages, environ_of

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "path": "/a",
    "raw_path": b"/a",
    "query_string": b"",
    "server": ("127.0.0.1", "8000"),
    "client": ("10.0.0.7", "4711"),
    "headers": [],
}


def asked(**changes):
    return SCOPE | changes


def body(*pieces, gone=False):
    """Return what a server hands on of a request's body, piece by piece."""
    messages = [
        {"type": "http.request", "body": piece, "more_body": gone or number < len(pieces) - 1}
        for number, piece in enumerate(pieces)
    ]
    rest = iter([*messages, {"type": "http.disconnect"}])

    async def receive():
        return next(rest)

    return receive


async def answer_of(application, scope, receive, **options):
    said = []

    async def send(message):
        said.append(message)

    pages = Pages(application, **{"threads": 1, "most": 100_000} | options)
    await pages(scope, receive, send)
    return said


def echo(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


async def test_a_body_in_pieces_arrives_whole():
    scope = asked(headers=[(b"content-length", b"6")])
    start, page = await answer_of(echo, scope, body(b"abc", b"def"))
    assert start["status"] == 200
    assert start["headers"] == [(b"content-type", b"text/plain")]
    assert (page["body"], page["more_body"]) == (b"abcdef", False)


async def test_who_goes_away_in_the_middle_of_a_form_has_not_sent_it():
    scope = asked(headers=[(b"content-length", b"9")])
    assert await answer_of(echo, scope, body(b"abc", gone=True)) == []
    assert await answer_of(echo, scope, body(b"abc")) == []


@pytest.mark.parametrize(
    "headers", [[], [(b"content-length", b"101")], [(b"content-length", b"x")]]
)
async def test_what_is_too_long_or_says_no_length_is_not_read(headers):
    async def receive():
        raise AssertionError("nobody asked for it")

    _start, page = await answer_of(echo, asked(headers=headers), receive, most=100)
    assert page["body"] == b""


async def test_a_long_page_goes_in_pieces_and_whoever_leaves_does_not_keep_a_thread():
    closed = threading.Event()

    class Long:
        def __iter__(self):
            return iter([b"x" * 8192] * 1000)

        def close(self):
            closed.set()

    def application(_environ, start):
        start("200 OK", [])
        return Long()

    pages = Pages(application, threads=1, most=100)
    heard = 0

    async def gone(message):
        nonlocal heard
        heard += len(message.get("body", b""))
        if heard:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await pages(asked(), body(b""), gone)
    assert closed.is_set()
    assert heard < 1_000_000

    whole = []

    async def stays(message):
        whole.append(message.get("body", b""))

    await asyncio.wait_for(pages(asked(), body(b""), stays), 5)
    assert sum(map(len, whole)) == 8_192_000


async def test_what_fails_before_it_has_said_anything_is_the_servers_to_tell():
    def application(_environ, _start):
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        await answer_of(application, asked(), body(b""))


def test_a_request_is_what_it_would_be_by_wsgi():
    environ = environ_of(
        asked(
            raw_path=b"/caf%C3%A9/%ff",
            query_string="q=é&x=%41".encode(),
            headers=[
                (b"content-type", b"text/plain"),
                (b"content-length", b"3"),
                (b"cookie", b"a=1"),
                (b"cookie", b"b=2"),
                (b"x-forwarded-for", b"1.1.1.1"),
                (b"x-forwarded-for", b"2.2.2.2"),
                (b"x_real_ip", b"6.6.6.6"),
            ],
        ),
        io.BytesIO(),
    )
    said = {
        "PATH_INFO": "/caf\xc3\xa9/\xff",
        "QUERY_STRING": "q=%C3%A9&x=%41",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_X_FORWARDED_FOR": "1.1.1.1,2.2.2.2",
        "REMOTE_ADDR": "10.0.0.7",
        "SERVER_NAME": "127.0.0.1",
    }
    assert {name: environ[name] for name in said} == said
    # A proxy vouches for X-Real-IP, not for what only looks like it.
    assert "HTTP_X_REAL_IP" not in environ
