"""A program that hears of events: what it is sent, and how it knows that it came from us."""

from __future__ import annotations

import hmac
import json
import threading
import time
from base64 import b64decode, b64encode
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


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
    if abs((now or time.time()) - int(heard.at)) > 300:
        raise ValueError("too old, or from the future")
    signed = f"{heard.id}.{heard.at}.".encode() + heard.body
    for secret in secrets:
        key = b64decode(secret.removeprefix("whsec_"))
        right = "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode()
        if any(hmac.compare_digest(right, one) for one in heard.signature.split()):
            return json.loads(heard.body)
    raise ValueError("no signature of ours")
