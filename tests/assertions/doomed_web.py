"""The web process's application, killed in the middle of as many requests as the test says.

Each request that carries the header waits at its commit for the others; when all have come
there, before it or after it, the process is killed: one death for all of them.
"""

from __future__ import annotations

import os
import signal
import threading

import django

django.setup()

from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from atrio.site import wsgi  # noqa: E402
from atrio.site.asgi import entrance  # noqa: E402
from tests.assertions.dooms import AFTER_COMMIT, BEFORE_COMMIT, DOOM_HEADER  # noqa: E402

_HEADER = f"HTTP_{DOOM_HEADER.upper().replace('-', '_')}"
doomed = threading.local()  # .at: the moment of this thread's request
everybody = threading.Barrier(
    int(os.environ["ATRIO_TEST_REQUESTS"]), action=lambda: os.kill(os.getpid(), signal.SIGKILL)
)
commit = BaseDatabaseWrapper.commit


def doomed_commit(self):
    if getattr(doomed, "at", None) == BEFORE_COMMIT and has_written(self):
        everybody.wait()
    commit(self)
    if getattr(doomed, "at", None) == AFTER_COMMIT:
        everybody.wait()


def has_written(connection):
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id_if_assigned()")
        return cursor.fetchone()[0] is not None


def _pages(environ, start_response):
    doomed.at = environ.get(_HEADER)
    try:
        return wsgi.application(environ, start_response)
    finally:
        doomed.at = None


BaseDatabaseWrapper.commit = doomed_commit


application = entrance(_pages)
