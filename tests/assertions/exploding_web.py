"""The web process's application, whose requests fail in the middle when a header says so.

It also tells what the connection it answers on still carries.
"""

from __future__ import annotations

import json
import threading

import django

django.setup()

from django.db import connection  # noqa: E402

from atrio.kernel import database  # noqa: E402
from atrio.kernel.errors import NotAllowed  # noqa: E402
from atrio.parties import queries  # noqa: E402
from atrio.site import wsgi  # noqa: E402
from atrio.site.asgi import entrance  # noqa: E402

HEADER, PROBE = "HTTP_X_EXPLODE", "/probe/"
_CARRIED = """
    select pg_backend_pid(), session_user::text, current_user::text,
           current_setting('atrio.application', true), current_setting('atrio.accounts', true),
           current_setting('atrio.user', true), (select count(*) from onboarding_application),
           (select count(*) from parties_account)
"""
this_request = threading.local()
set_context = database.set_context


def set_context_and_explode(by):
    set_context(by)
    how = getattr(this_request, "explodes", None)
    if how == "bug":
        raise ZeroDivisionError
    if how == "refusal":
        raise NotAllowed("No.")
    if how == "sql":
        with connection.cursor() as cursor:
            cursor.execute("select 1/0")


def _pages(environ, start_response):
    if environ["PATH_INFO"] == PROBE:
        return probe(start_response)
    this_request.explodes = environ.get(HEADER)
    try:
        return wsgi.application(environ, start_response)
    finally:
        this_request.explodes = None


def probe(start_response):
    with connection.cursor() as cursor:
        cursor.execute(_CARRIED)
        pid, *carried = cursor.fetchone()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"pid": pid, "carried": carried}).encode()]


database.set_context = queries.set_context = set_context_and_explode


application = entrance(_pages)
