"""Real servers on free ports, inside the test's process, for the length of a `with` block."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import contextmanager
from threading import Thread
from urllib.parse import urlsplit

from aiohttp import web


@contextmanager
def served(app):
    """Serve an aiohttp application on a free port of 127.0.0.1; the value is its address."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1, access_log=None)
    try:
        port = asyncio.run_coroutine_threadsafe(_start(runner), loop).result(10)
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(_stop(runner), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _start(runner):
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return site._server.sockets[0].getsockname()[1]


async def _stop(runner):
    await runner.cleanup()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    # A transport is closed in the turn of the loop after the one that closes it.
    for _ in range(3):
        await asyncio.sleep(0)


@contextmanager
def listening(handle):
    """Give each connection to `handle(connection)`: for answers that no server would give."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stopped = False

        def accept():
            while not stopped:
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(5)
                    try:
                        handle(connection)
                    except OSError:
                        continue  # the client hung up, which is what some tests are about

        thread = Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            stopped = True
            thread.join(10)


def unused_address():
    """Return an address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def wait_until_listening(address):
    """Wait until somebody accepts connections at an address."""
    deadline = time.monotonic() + 20
    where = (urlsplit(address).hostname, urlsplit(address).port)
    while True:
        try:
            with socket.create_connection(where, timeout=1):
                return
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens at {address}"
            time.sleep(0.05)
