"""Pages follow by streams: a web process tells that something has changed, and no more."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import httpx
import psycopg
import pytest
from django.core import signing
from django.db import connection, transaction
from django.utils import timezone

from atrio.kernel.live.tickets import PATH, application_key, live_address, ticket_at, unit_key
from atrio.onboarding.models import Application
from tests.apply.people import Applicant
from tests.assertions.processes import Processes
from tests.databases import address
from tests.onboarding.house import furnish
from tests.waiting import eventually

CHANGED = "data: changed"


@pytest.fixture(scope="module")
def web(django_db_setup, tmp_path_factory):
    """The address of one web process as in production."""
    with ExitStack() as stack:
        processes = Processes(tmp_path_factory.mktemp("web"), stack=stack)
        _process, url = processes.web()
        yield url
        processes.tell()


@pytest.fixture
def alices(transactional_db):
    furnish()
    return begun()


@pytest.fixture
def mallorys(alices):
    return begun()


def begun():
    """Return an application that somebody has begun."""
    Applicant().begin()
    return Application.objects.latest("created_at")


def touch(application):
    Application.objects.filter(pk=application.pk).update(updated_at=timezone.now())


@contextmanager
def listening(url, path):
    """Open a stream and return its lines, from the moment on at which it hears."""
    with httpx.Client(base_url=url, timeout=20) as http, http.stream("GET", path) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        lines = filter(None, answer.iter_lines())
        assert next(lines).startswith("retry: ")
        yield lines


def test_a_stream_tells_of_what_its_ticket_names_and_of_nothing_else(web, alices, mallorys):
    with (
        listening(web, live_address([application_key(alices.pk)])) as hers,
        listening(web, live_address([application_key(mallorys.pk)])) as his,
        listening(web, live_address([unit_key(alices.business_unit)])) as units,
        listening(web, live_address([unit_key("elsewhere"), "end"])) as elsewhere,
    ):
        touch(alices)
        assert next(hers) == CHANGED
        assert next(units) == CHANGED
        touch(mallorys)
        assert next(his) == CHANGED
        call_out("end")
        assert next(elsewhere) == CHANGED
        assert listeners() == 1


def test_what_is_rolled_back_is_never_told(web, alices):
    key = application_key(alices.pk)
    with listening(web, live_address([key, "end"])) as lines:
        with transaction.atomic():
            touch(alices)
            transaction.set_rollback(True)
        call_out("end")
        assert next(lines) == CHANGED
        call_out("end")
        assert next(lines) == CHANGED


def test_many_changes_in_a_pause_are_one_word(web, alices):
    with listening(web, live_address([application_key(alices.pk), "end"], pause=0.5)) as lines:
        began = time.monotonic()
        touch(alices)
        assert next(lines) == CHANGED
        for _ in range(5):
            touch(alices)
        assert next(lines) == CHANGED
        assert time.monotonic() - began >= 0.5
        call_out("end")
        assert next(lines) == CHANGED


def test_without_a_ticket_there_is_no_stream(db, web):
    key = application_key(uuid4())
    genuine = live_address([key])
    over = PATH + signing.dumps([[key], int(time.time()) - 1, 0], salt="atrio.live")
    another_salt = PATH + signing.dumps([[key], int(time.time()) + 60, 0], salt="apply")
    forged = ["/live/", "/live/x", "/live/é:ü:%00", genuine[:-1], genuine + "x", over, another_salt]
    for path in forged:
        assert httpx.get(web + path).status_code == 403
    assert httpx.post(web + genuine).status_code == 403


def test_a_stream_ends_with_its_ticket(db, web, monkeypatch):
    monkeypatch.setattr("atrio.kernel.live.tickets.LIFE", 2)  # whole seconds, the first has begun
    path = live_address(["end"])
    with listening(web, path) as lines:
        assert list(lines) == []
    assert ticket_at(path) is None


def test_when_the_database_cuts_the_line_streams_end_and_can_be_had_again(web, alices):
    path = live_address([application_key(alices.pk)])
    with listening(web, path) as lines:
        with psycopg.connect(address("postgres", "postgres"), autocommit=True) as server:
            server.execute(_CUT, [connection.settings_dict["NAME"]])
        assert list(lines) == []
    with listening(web, path) as lines:
        touch(alices)
        assert next(lines) == CHANGED


def test_whoever_closes_the_page_is_forgotten(db, web):
    def open_streams():
        said = httpx.get(f"{web}/metrics").text
        return next(line for line in said.splitlines() if line.startswith("atrio_live_streams "))

    with listening(web, live_address(["end"])), listening(web, live_address(["end"])):
        assert open_streams() == "atrio_live_streams 2.0"
    eventually(lambda: open_streams() == "atrio_live_streams 0.0")


_CUT = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = %s and query = 'listen atrio_live'
"""


def listeners():
    with psycopg.connect(address("postgres", "postgres")) as server:
        found = server.execute(
            "select count(*) from pg_stat_activity where datname = %s and query = %s",
            [connection.settings_dict["NAME"], "listen atrio_live"],
        )
        return found.fetchone()[0]


def call_out(key):
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify('atrio_live', %s)", [key])
