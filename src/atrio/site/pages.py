"""Pages in threads, behind a server that speaks ASGI for the streams' sake.

A thread is taken only while Django works: what a request sends is there before, and what a page
says is handed over whole. So nobody who sends or reads slowly, or goes away in the middle, keeps
a thread from the others.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import quote, unquote_to_bytes

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# What is longer lies on the disk while it comes, and is handed over in such pieces when it goes.
_PIECE = 256 * 1024
_GONE = "http.disconnect"


class Pages:
    """A WSGI application, served by so many threads; `most` bytes of a body are read."""

    def __init__(self, application: Wsgi, *, threads: int, most: int) -> None:
        self._application = application
        self._most = most
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with SpooledTemporaryFile(max_size=_PIECE) as body:
            if not await self._read(scope, receive, body):
                return
            loop = asyncio.get_running_loop()
            environ = environ_of(scope, body)
            page = await loop.run_in_executor(self._threads, _Page, self._application, environ)
            start = {"type": "http.response.start", "status": page.status, "headers": page.headers}
            piece = page.piece
            try:
                await send(start)
                while not page.is_whole:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                    piece = await loop.run_in_executor(self._threads, page.next_piece)
                await send({"type": "http.response.body", "body": piece, "more_body": False})
            finally:
                page.close()

    async def _read(self, scope: Message, receive: Receive, body: IO[bytes]) -> bool:
        """Read what is sent with the request; False if its sender has gone meanwhile.

        As WSGI has it, what says no length has none. What says too much Django refuses by that.
        """
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit() or not 0 < int(length) <= self._most:
            return True
        while body.tell() < int(length):
            message = await receive()
            if message["type"] == _GONE:
                return False
            body.write(message.get("body", b""))
            if not message.get("more_body", False):
                break
        is_whole = body.tell() >= int(length)
        body.seek(0)
        return is_whole


class _Page:
    """What Django says: status, headers, the first piece, and the rest of it if it is long."""

    def __init__(self, application: Wsgi, environ: dict[str, Any]) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_whole = False
        said = application(environ, self._start)
        self._rest = iter(said)
        self._close: Callable[[], None] | None = getattr(said, "close", None)
        self.piece = self.next_piece()

    def _start(
        self, status: str, headers: Iterable[tuple[str, str]], _problem: object = None
    ) -> None:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers]

    def next_piece(self) -> bytes:
        """Return the next piece, and close what it came from behind the last."""
        piece = bytearray()
        for part in self._rest:
            piece += part
            if len(piece) >= _PIECE:
                return bytes(piece)
        self.is_whole = True
        # In the thread of the page, where its connection to the database is.
        self.close()
        return bytes(piece)

    def close(self) -> None:
        """Let go of what the page was made of."""
        close, self._close = self._close, None
        if close is not None:
            close()


def environ_of(scope: Message, body: IO[bytes]) -> dict[str, Any]:
    """Return a request of ASGI as WSGI has it."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client")
    path = unquote_to_bytes(scope["raw_path"]) if scope.get("raw_path") else scope["path"].encode()
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        # As it came: what is no ASCII there stays what it is until a page reads it.
        "QUERY_STRING": quote(scope["query_string"], safe="".join(map(chr, range(33, 127)))),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name:
            continue  # else X_Real_IP would pass for the X-Real-IP that a proxy vouches for
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_LENGTH", "CONTENT_TYPE"} else f"HTTP_{key}"
        if key in environ:
            value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value
    return environ
