"""Streams of "something has changed", straight in ASGI: a thousand cost no thread.

The address is a ticket that a page made for its reader (`kernel.live`). Where a stream cannot be
had its page asks by itself, as it does without scripts.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from functools import partial

from atrio.kernel.live.hub import Deaf, Hub, Watch
from atrio.kernel.live.tickets import ticket_at
from atrio.site.pages import Message, Receive, Send

_HEAD = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def _word(said: bytes) -> Message:
    return {"type": "http.response.body", "body": said, "more_body": True}


_CHANGED, _STILL_HERE = _word(b"data: changed\n\n"), _word(b": still here\n\n")
_late: set[asyncio.Task[None]] = set()


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
        # Those who lose their streams together do not come back together.
        await send(_word(b"retry: %d\n\n" % random.randint(1000, 4000)))  # noqa: S311
        watch.speak(partial(_say, send, watch), pause=ticket.pause)
        await watch.until_over()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        hub.leave(watch)
        over.cancel()
        leaving.cancel()


def _say(send: Send, watch: Watch, changed: bool) -> None:  # noqa: FBT001 (called back)
    """Say a word without waiting: granian keeps what its reader has not taken yet.

    From a server that wants us to wait the word comes once more, by a task; that does no harm.
    """
    word = _CHANGED if changed else _STILL_HERE
    try:
        next(send(word).__await__())
    except StopIteration:
        return
    except Exception:  # noqa: BLE001 (whatever ails this one, the others are to hear)
        watch.end()
        return
    task = asyncio.ensure_future(_say_patiently(send, watch, word))
    _late.add(task)  # else it might be collected before it has run
    task.add_done_callback(_late.discard)


async def _say_patiently(send: Send, watch: Watch, word: Message) -> None:
    try:
        await send(word)
    except OSError:  # gone
        watch.end()


async def _end_when_left(receive: Receive, watch: Watch) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    watch.end()


async def _refuse(send: Send, status: int) -> None:
    with suppress(OSError):  # gone already
        await send({"type": "http.response.start", "status": status, "headers": _HEAD[1:]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
