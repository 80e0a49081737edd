"""A program that hears of events: what it is sent, and how it knows that it came from us."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import examples.events


class Heard(NamedTuple):
    """One request, as it came."""

    path: str
    id: str
    at: str
    signature: str
    body: bytes


class Receiver:
    """Where events arrive; `answers` is the status it gives to each."""

    def __init__(self, port):
        self.place = f"127.0.0.1:{port}"
        self.url = f"http://{self.place}/hook"
        self.heard = []
        self.answers = 204


@contextmanager
def receiving():
    """Listen on a port of its own for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            named = [self.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")]
            receiver.heard.append(Heard(self.path, *named, body))
            self.send_response(receiver.answers)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_args):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def verified(heard, secrets, *, now=None):
    """Return what an event says. Raises ValueError if it is not ours, or sent again by others."""
    names = ("id", "timestamp", "signature")
    headers = {f"webhook-{name}": said for name, said in zip(names, heard[1:4], strict=True)}
    return examples.events.verified(headers, heard.body, secrets, now or time.time())
