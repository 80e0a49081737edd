"""`atrio worker` with jobs that fail in somebody's name, and one that tells what is left of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from uuid import UUID

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone, translation  # noqa: E402
from structlog.contextvars import get_contextvars  # noqa: E402

from atrio.kernel.actors import SYSTEM, Actor  # noqa: E402
from atrio.kernel.database import acting_as  # noqa: E402
from atrio.kernel.errors import NotAllowed  # noqa: E402
from atrio.kernel.queue import job  # noqa: E402
from atrio.onboarding.case import open_case  # noqa: E402
from atrio.parties.queries import member_actor  # noqa: E402
from atrio.site.cli import main  # noqa: E402

_CARRIED = """
    select pg_backend_pid(), session_user::text, current_user::text,
           coalesce(current_setting('atrio.application', true), ''),
           coalesce(current_setting('atrio.accounts', true), ''),
           coalesce(current_setting('atrio.user', true), '')
"""


@job("test.explode")
def explode(*, how: str, application_id: UUID, account_id: UUID, user_id: UUID) -> None:
    """Do something in somebody's name and language, and fail in the middle if told to."""
    translation.activate("de")
    by = Actor(
        kind="system",
        id=str(user_id),
        application=application_id,
        accounts=frozenset({account_id}),
    )
    with acting_as(by):
        open_case(by=SYSTEM, application_id=application_id, now=timezone.now())
        _fail(how, user_id)


def _fail(how: str, user_id: UUID) -> None:
    if how == "bug":
        raise ZeroDivisionError
    if how == "refusal":
        raise NotAllowed("No.")
    if how == "sql":
        with connection.cursor() as cursor:
            cursor.execute("select 1/0")
    if how == "another's role":
        member_actor(user_id, "Alice")  # which is the web process's to be


@job("test.probe")
def probe(*, file: str) -> None:
    """Write down what this thread and its connection carry."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CARRIED)
        carried = cursor.fetchone()
    found = [*carried, sorted(get_contextvars()), translation.get_language()]
    unfinished = Path(f"{file}.part")
    unfinished.write_text(json.dumps(found))
    unfinished.rename(file)


sys.argv = ["atrio", "worker", *sys.argv[1:]]
main()
