"""Jobs for worker processes under test; what they did can be read in the table `effect`.

Only those processes import this: the jobs are not to be found among the tests' own.
"""

import os
import threading
from datetime import timedelta
from pathlib import Path

from django.db import connection

from atrio.kernel.queue import job

LOCK = 4711  # held by the test


def note(what):
    with connection.cursor() as cursor:
        cursor.execute("insert into effect (what, pid) values (%s, %s)", (what, os.getpid()))


def is_first(what):
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from effect where what = %s", (what,))
        return cursor.fetchone()[0] == 0


@job("test.note")
def note_it(*, what: str) -> None:
    note(what)


@job("test.hang_first")
def hang_the_first_time(*, what: str) -> None:
    if is_first("began"):
        note("began")
        threading.Event().wait()
    note(what)


@job("test.wait_for_lock")
def wait_for_lock(*, what: str) -> None:
    note(f"{what} began")
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", (LOCK,))
        cursor.execute("select pg_advisory_unlock(%s)", (LOCK,))
    note(what)


@job("test.lose_connection_first")
def lose_connection_the_first_time(*, what: str) -> None:
    if is_first("began"):
        note("began")
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(pg_backend_pid())")
    note(what)


@job("test.fail_without_file")
def fail_unless_there_is(*, file: str) -> None:
    note(Path(file).read_text())


@job("test.exit")
def leave_the_program() -> None:
    raise SystemExit(3)


@job("test.tick", every=timedelta(seconds=1))
def tick() -> None:
    note("tick")
