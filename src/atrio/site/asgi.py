"""The web process's way in: pages in threads, streams in the loop."""

from __future__ import annotations

import resource
from collections.abc import Awaitable, Callable

from django.conf import settings

from atrio.kernel.live.hub import Hub
from atrio.kernel.live.tickets import PATH
from atrio.site.pages import Message, Pages, Receive, Send, Wsgi
from atrio.site.streams import stream
from atrio.site.wsgi import application as pages_application

_SPARE = 512  # files that pages, connections to the database and granian itself may want


def _raise_limit_of_files() -> int:
    """Let this process open as many files as it may; return how many. Every stream is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)


def entrance(pages: Wsgi) -> Callable[[Message, Receive, Send], Awaitable[None]]:
    """Return the web process's application over the pages of a WSGI application."""
    files = _raise_limit_of_files()
    hub = Hub(most=min(settings.ATRIO_MOST_STREAMS, max(0, files - _SPARE)))
    in_threads = Pages(
        pages, threads=settings.ATRIO_WEB_THREADS, most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    )

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith(PATH):
            await stream(hub, scope, receive, send)
        else:
            await in_threads(scope, receive, send)

    return answer


application = entrance(pages_application)
