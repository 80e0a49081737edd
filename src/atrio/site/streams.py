"""Streams of "something has changed", straight in ASGI: a thousand cost no thread.

The address is a ticket that a page made for its reader (`kernel.live`). Where a stream cannot be
had its page asks by itself, as it does without scripts.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress

from atrio.kernel.live.hub import Deaf, Hub, Watch
from atrio.kernel.live.tickets import Ticket, ticket_at
from atrio.site.pages import Message, Receive, Send

_HEAD = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_CHANGED, _STILL_HERE = b"data: changed\n\n", b": still here\n\n"


async def stream(hub: Hub, scope: Message, receive: Receive, send: Send) -> None:
    """Tell whoever holds the ticket in the address when something changes, until it is over."""
    ticket = ticket_at(scope["path"])
    if scope["method"] != "GET" or ticket is None:
        await _refuse(send, 403)
        return
    try:
        watch = await hub.join(ticket.keys)
    except Deaf:
        await _refuse(send, 503)
        return
    leaving = asyncio.create_task(_end_when_left(receive, watch))
    over = asyncio.get_running_loop().call_later(ticket.until - time.time(), watch.end)
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
        await _tell(watch, ticket, send)
    finally:
        hub.leave(watch)
        over.cancel()
        leaving.cancel()


async def _tell(watch: Watch, ticket: Ticket, send: Send) -> None:
    # Those who lose their streams together do not come back together.
    retry = f"retry: {random.randint(1000, 4000)}\n\n".encode()  # noqa: S311
    await _say(send, retry)
    while True:
        changed = await watch.word()
        if watch.is_over:
            break
        await _say(send, _CHANGED if changed else _STILL_HERE)
        if changed and ticket.pause:
            await asyncio.sleep(ticket.pause)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _say(send: Send, said: bytes) -> None:
    await send({"type": "http.response.body", "body": said, "more_body": True})


async def _end_when_left(receive: Receive, watch: Watch) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    watch.end()


async def _refuse(send: Send, status: int) -> None:
    with suppress(OSError):  # gone already
        await send({"type": "http.response.start", "status": status, "headers": _HEAD[1:]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
