"""The fault proxy between a client and a system, both real."""

from __future__ import annotations

import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.outside.faults.control import FaultProxy
from atrio.outside.faults.knobs import Knobs
from atrio.outside.faults.proxy import build_app
from atrio.outside.http import OutsideHttp
from tests.outside.serving import served, unused_address, wait_until_listening

TOKEN = "turn-the-knobs-please"
IMPATIENT = {"read_seconds": 0.5, "total_seconds": 0.8}


class Notebook:
    """A system that notes whatever is written to it."""

    def __init__(self):
        self.notes = []

    def app(self):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._note)
        return app

    async def _note(self, request):
        body = await request.text()
        self.notes.append((request.method, request.path_qs, body))
        headers = {"X-Host": request.host, "Location": "/elsewhere"}
        status = 307 if request.path == "/redirect" else 201
        return web.json_response({"noted": body}, status=status, headers=headers)


@pytest.fixture
def notebook():
    return Notebook()


@pytest.fixture
def proxy_url(notebook, tmp_path):
    with served(notebook.app()) as target:
        routes = {"erp": target, "gone": unused_address()}
        app = build_app(routes, token=TOKEN, state=tmp_path / "faults.json")
        with served(app) as url:
            yield url


@pytest.fixture
def faults(proxy_url):
    return FaultProxy(proxy_url, TOKEN)


@pytest.fixture
def erp(proxy_url):
    return OutsideHttp(f"{proxy_url}/erp", options=IMPATIENT)


def test_everything_is_passed_on_as_it_is(erp, notebook):
    answer = erp.send("POST", "/a%20b%2Ecom/?q=%C3%A3%27", json={"name": "Ação"})

    assert (answer.status, answer.json()) == (201, {"noted": '{"name": "Ação"}'})
    assert notebook.notes == [("POST", "/a%20b%2Ecom/?q=%C3%A3%27", '{"name": "Ação"}')]


def test_an_unknown_route_is_not_found(proxy_url):
    assert OutsideHttp(f"{proxy_url}/nowhere").send("GET", "/").status == 404


def test_a_redirect_is_passed_on_and_not_followed(erp, notebook):
    with pytest.raises(OutsideFailure, match="redirect"):
        erp.send("GET", "/redirect")

    assert len(notebook.notes) == 1


def test_latency_delays_the_request(erp, faults):
    faults.set("erp", latency=0.3)

    started = time.monotonic()
    erp.send("GET", "/")

    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_errors_answer_for_the_system_which_never_sees_the_request(erp, faults, notebook, status):
    faults.set("erp", error_rate=1, error_status=status)

    with pytest.raises(OutsideBusy, match=str(status)):
        erp.send("POST", "/")

    assert notebook.notes == []


def test_execute_then_timeout_does_it_and_never_answers(erp, faults, notebook):
    faults.set("erp", execute_then_timeout=1)

    with pytest.raises(NoAnswer):
        erp.send("POST", "/", json={})

    assert len(notebook.notes) == 1


def test_garbage_does_it_and_answers_noise(erp, faults, notebook):
    faults.set("erp", garbage=1)

    with pytest.raises(OutsideBusy):
        erp.send("POST", "/", json={}).json()

    assert len(notebook.notes) == 1


def test_a_slow_drip_ends_with_the_callers_patience(erp, faults):
    faults.set("erp", slow_drip=0.2)

    started = time.monotonic()
    with pytest.raises(NoAnswer):
        erp.send("GET", "/")

    assert time.monotonic() - started < 30, "the drip would take minutes"


def test_a_drip_that_is_fast_enough_arrives_whole(erp, faults):
    faults.set("erp", slow_drip=50_000)

    assert erp.send("POST", "/", json={"name": "x"}).json() == {"noted": '{"name": "x"}'}


def test_down_breaks_the_line(erp, faults, notebook):
    faults.set("erp", down=True)

    with pytest.raises(OutsideBusy):
        erp.send("GET", "/")

    assert notebook.notes == []


def test_a_system_that_is_really_gone_looks_the_same(proxy_url):
    with pytest.raises(OutsideBusy):
        OutsideHttp(f"{proxy_url}/gone").send("GET", "/")


def test_faults_may_concern_only_some_requests(erp, faults):
    faults.set("erp", error_rate=1, only="party.create")

    assert erp.send("POST", "/", json={"method": "party.search"}).status == 201
    with pytest.raises(OutsideBusy):
        erp.send("POST", "/", json={"method": "party.create"})


def test_faults_may_end_by_themselves(erp, faults):
    faults.set("erp", error_rate=1, times=2)

    for _ in range(2):
        with pytest.raises(OutsideBusy):
            erp.send("GET", "/")
    assert erp.send("GET", "/").status == 201
    assert faults.knobs("erp") == Knobs()


def test_one_route_fails_and_the_others_do_not_notice(notebook):
    with served(notebook.app()) as target:
        app = build_app({"erp": target, "registry": target}, token=TOKEN)
        with served(app) as url:
            FaultProxy(url, TOKEN).set("erp", down=True)

            assert OutsideHttp(f"{url}/registry").send("GET", "/").status == 201


def test_requests_are_counted_and_the_last_ones_shown(erp, faults):
    erp.send("GET", "/first")
    faults.set("erp", error_rate=1)
    with pytest.raises(OutsideBusy):
        erp.send("GET", "/second")

    route = faults.route("erp")
    assert route.requests == 2
    first, second = route.last
    assert (first["method"], first["path"], first["status"]) == ("GET", "/first", 201)
    assert (second["path"], second["fault"]) == ("/second", "error")


def test_reset_lets_everything_work_again(erp, faults):
    faults.set("erp", down=True)
    faults.set("gone", latency=1)
    faults.reset()

    assert [route.knobs for route in faults.routes()] == [Knobs(), Knobs()]
    assert erp.send("GET", "/").status == 201


def test_knobs_are_remembered_over_a_restart(notebook, tmp_path):
    state = tmp_path / "faults.json"
    with served(notebook.app()) as target:
        for expected in (Knobs(), Knobs(latency=1.5)):
            with served(build_app({"erp": target}, token=TOKEN, state=state)) as url:
                assert FaultProxy(url, TOKEN).knobs("erp") == expected
                FaultProxy(url, TOKEN).set("erp", latency=1.5)


def test_nobody_sees_the_knobs_without_a_token(proxy_url):
    assert OutsideHttp(proxy_url).send("GET", "/_faults/").status == 403


@pytest.mark.parametrize("token", ["wrong", TOKEN[:-1]])
def test_nobody_turns_the_knobs_without_the_token(proxy_url, token):
    with pytest.raises(OutsideFailure, match="token"):
        FaultProxy(proxy_url, token).set("erp", down=True)


def test_a_wrong_knob_and_a_wrong_route_are_refused(faults):
    with pytest.raises(ValueError, match="no knob"):
        faults.set("erp", latenzy=1)
    with pytest.raises(OutsideFailure, match="nowhere"):
        faults.set("nowhere", latency=1)


def test_a_proxy_that_is_not_there_is_busy():
    with pytest.raises(OutsideBusy):
        FaultProxy(unused_address(), TOKEN).routes()


def test_the_program_starts_and_refuses_to_without_a_token(tmp_path):
    address = unused_address()
    command = [
        sys.executable,
        *("-m", "atrio.outside.faults", "--port", str(urlsplit(address).port)),
        *("--state", str(tmp_path / "state.json"), "--route", "erp=http://127.0.0.1:1"),
    ]
    environment = {"PYTHONPATH": "src"}
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert refused.returncode == 1
    assert "ATRIO_FAULTS_TOKEN" in refused.stderr

    program = subprocess.Popen(command, env=environment | {"ATRIO_FAULTS_TOKEN": TOKEN})
    try:
        wait_until_listening(address)
        assert FaultProxy(address, TOKEN).route("erp").target == "http://127.0.0.1:1"
    finally:
        program.terminate()
        program.wait(10)
