"""What only a real server can show: bodies too big to hold, and bytes that are no HTTP."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.assertions.processes import Processes, _children

MEGABYTE = 2**20
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def web(transactional_db, tmp_path):
    """A web process as in production, and where it is."""
    with ExitStack() as stack:
        processes = Processes(tmp_path, stack=stack)
        yield processes.web()


def megabytes(count):
    for _ in range(count):
        yield b"x" * MEGABYTE


def memory(process) -> int:
    """Return the most memory one of the web's processes ever had, in megabytes."""
    most = 0
    for pid in (process.pid, *_children(process.pid)):
        status = Path(f"/proc/{pid}/status").read_text()
        (peak,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
        most = max(most, int(peak.split()[1]) // 1024)
    return most


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (FORM | {"content-length": str(100 * MEGABYTE)}, 413),
        (FORM, 403),  # in pieces, of unknown length: nobody reads them, so there is no token
    ],
    ids=["at once", "in pieces"],
)
def test_a_hundred_megabytes_are_refused_and_never_held(web, said, status):
    process, url = web
    before = memory(process)

    answer = httpx.post(f"{url}/apply/start/", content=megabytes(100), headers=said)

    assert answer.status_code == status
    assert memory(process) - before < 30
    assert httpx.get(url).status_code == 200


NO_HTTP = {
    "bytes": b"\x00\xff\x00\r\n\r\n",
    "a version that is none": b"GET / HTTP/9.9\r\n\r\n",
    "a NUL in the address": b"GET /\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a very long address": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a length that is none": (
        b"POST /left/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: abc\r\n\r\n"
    ),
    "two lengths at once": (
        b"POST /left/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    ),
    "a host that is none": b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n",
}


def test_what_is_no_http_gets_a_4xx_and_the_server_lives_on(web):
    _process, url = web
    where = urlsplit(url)
    for why, sent in NO_HTTP.items():
        with socket.create_connection((where.hostname, where.port), timeout=20) as wire:
            wire.sendall(sent)
            assert wire.recv(12).startswith(b"HTTP/1.1 4"), why

    assert httpx.get(url).status_code == 200
