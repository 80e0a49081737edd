"""`python -m bench.support.listeners streams URL COUNT A_SECOND SECONDS`, or `pages URL`.

Opens so many streams and says how long each word took from the statement that called it out; or
says how many times a page came to eight who ask for it again and again.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from bisect import bisect_left
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg
import uvloop

AT_ONCE, PAGES_FOR = 8, 4.0
LATEST = 2.0  # seconds
WORD = b"data: changed\n\n"


class Stream(asyncio.Protocol):
    """One open stream, which notes the moment of each word.

    It has no task: a thousand of them that hear at the same time would measure themselves.
    """

    def __init__(self, asked: bytes, heard: list[float]) -> None:
        self._asked = asked
        self._heard = heard
        self.is_open = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Ask for the stream."""
        transport.write(self._asked)

    def data_received(self, data: bytes) -> None:
        """Note the words, once the stream has begun."""
        if self.is_open.done():
            self._heard.extend([time.perf_counter()] * data.count(WORD))
        elif b"retry: " in data:
            self.is_open.set_result(None)

    def connection_lost(self, _error: Exception | None) -> None:
        """Be as if it had never opened, unless it has."""
        self.is_open.cancel()


async def listen(where: Any, path: str, heard: list[float]) -> asyncio.Transport:
    """Open a stream."""
    asked = f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    transport, stream = await loop.create_connection(
        lambda: Stream(asked, heard), where.hostname, where.port
    )
    await stream.is_open
    return transport


async def streams(url: str, count: int, a_second: int, seconds: int) -> dict[str, Any]:
    """Return the delays of words to one stream each, and to all of them at once."""
    from atrio.kernel.database import connection_options
    from atrio.kernel.live.tickets import live_address

    heard: dict[int, list[float]] = defaultdict(list)
    opened = [
        await listen(urlsplit(url), live_address([f"application:{n}", "unit:all"]), heard[n])
        for n in range(count)
    ]
    print("open", flush=True)
    found: dict[str, Any] = {"one": [], "all": []}
    options = connection_options()
    async with await psycopg.AsyncConnection.connect(**options, autocommit=True) as caller:
        for whom in ("one", "all"):
            called = []
            for turn in range(a_second * seconds):
                started = time.perf_counter()
                one = turn * 37 % count
                key = f"application:{one}" if whom == "one" else "unit:all"
                called.append((started, [one] if whom == "one" else range(count)))
                await caller.execute("select pg_notify('atrio_live', %s)", [key])
                await asyncio.sleep(max(0.0, started + 1 / a_second - time.perf_counter()))
            await asyncio.sleep(LATEST)
            for started, watching in called:
                for n in watching:
                    # Words that wait together are one; the first after the call tells of it.
                    at = bisect_left(heard[n], started)
                    assert at < len(heard[n]), "a word was lost"
                    found[whom].append(heard[n][at] - started)
    for stream in opened:
        stream.close()
    return found


async def pages(url: str) -> int:
    """Return how often the page comes in PAGES_FOR seconds."""
    where = urlsplit(url)
    until = time.perf_counter() + PAGES_FOR
    got = 0

    async def ask() -> None:
        nonlocal got
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        asked = f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode()
        while time.perf_counter() < until:
            writer.write(asked)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            got += 1
        writer.close()

    await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return got


if __name__ == "__main__":
    django.setup()
    what, url, *numbers = sys.argv[1:]
    run = streams(url, *map(int, numbers)) if what == "streams" else pages(url)
    print(json.dumps(uvloop.run(run)))  # type: ignore[arg-type]
