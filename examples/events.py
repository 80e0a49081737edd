"""Hear of events: know them by their signature, and take each of them once."""

from __future__ import annotations

import hmac
import json
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

MOST_BYTES = 100_000


def verified(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: float) -> Any:
    """Return what an event says; ValueError if it is not from us, or was sent again by others."""
    event, at = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(now - int(at)) > 300:
        raise ValueError("too old, or from the future")
    for secret in secrets:
        key = b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, f"{event}.{at}.".encode() + body, sha256).digest()
        right = "v1," + b64encode(digest).decode()
        if any(hmac.compare_digest(right, one) for one in headers["webhook-signature"].split()):
            return json.loads(body)
    raise ValueError("no signature of ours")


class Events:
    """A small web server that hears of events for the length of a `with` block.

    `secrets` is what the API says of the endpoint; before it is set nothing is believed.
    """

    def __init__(self, port: int = 0) -> None:
        self.secrets: Sequence[str] = ()
        self.heard: list[dict[str, Any]] = []
        self._seen: set[str] = set()  # a shop keeps them in its database
        self._news: set[str] = set()
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05])

    @property
    def place(self) -> str:
        """Return the address and the port where events are heard."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """Return where events are to be sent."""
        return f"http://{self.place}/events"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, headers: Mapping[str, str], body: bytes) -> None:
        """Note an event, unless it was noted before. Raises KeyError or ValueError if forged."""
        event = verified(headers, body, self.secrets, time.time())
        with self._changed:
            if headers["webhook-id"] in self._seen:
                return
            self._seen.add(headers["webhook-id"])
            self.heard.append(event)
            self._news.add(event["data"].get("application", ""))
            self._changed.notify_all()

    def wait_for(self, application: str, *, seconds: float) -> None:
        """Wait until something has been heard of an application, or for so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: application in self._news, seconds)
            self._news.discard(application)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        events = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_POST(self) -> None:
                """Take an event and answer at once; whoever waits for it works afterwards."""
                headers = {name.lower(): text for name, text in self.headers.items()}
                try:
                    length = int(headers["content-length"])
                    events.take(headers, self.rfile.read(min(length, MOST_BYTES)))
                except (KeyError, ValueError):
                    self.send_error(400)
                else:
                    self.send_response(204)
                    self.end_headers()

            def log_message(self, *_said: object) -> None:
                """Say nothing: the terminal belongs to the customer."""

        return Handler
