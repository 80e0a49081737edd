"""What becomes of a request, for everything a server may do with it."""

from __future__ import annotations

import gzip
import time

import httpx
import pytest
from aiohttp import web

from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.outside.http import MOST_BYTES, OutsideHttp
from atrio.outside.recording import HIDDEN, recorded
from tests.outside.serving import listening, served, unused_address

IMPATIENT = {"connect_seconds": 0.5, "read_seconds": 0.3, "total_seconds": 0.6}


def answering(status=200, body=b"{}", headers=None):
    """An httpx transport that always answers the same."""
    return httpx.MockTransport(lambda _: httpx.Response(status, content=body, headers=headers))


def client(**answer):
    return OutsideHttp("http://erp.example", transport=answering(**answer))


def test_an_answer_is_handed_over_with_its_status_and_body():
    answer = client(status=404, body=b'{"type": "not_found"}').send("GET", "/x")

    assert (answer.status, answer.json()) == (404, {"type": "not_found"})


def test_what_is_sent_arrives_as_json_below_the_base_address():
    seen = []

    def note(request):
        seen.append((request.method, str(request.url), request.headers["x-a"], request.content))
        return httpx.Response(200, json={})

    http = OutsideHttp("http://erp.example/erp/", transport=httpx.MockTransport(note))
    http.send("POST", "/rpc/", json={"name": "Ação"}, headers={"X-A": "b"})

    assert seen == [("POST", "http://erp.example/erp/rpc/", "b", '{"name": "Ação"}'.encode())]


def test_any_other_body_arrives_as_it_is_and_headers_come_back_in_any_case():
    seen = []

    def note(request):
        seen.append((request.headers["content-type"], request.content))
        return httpx.Response(200, headers={"ETag": "7"}, json={})

    http = OutsideHttp("http://erp.example", transport=httpx.MockTransport(note))
    answer = http.send("POST", "/$batch", content=("multipart/mixed; boundary=x", "--x--"))

    assert seen == [("multipart/mixed; boundary=x", b"--x--")]
    assert (answer.headers["etag"], answer.headers.get("sap-message")) == ("7", None)


def test_headers_that_tell_something_stand_in_the_record_before_the_body():
    transport = answering(headers={"sap-message": "careful", "x-other": "-"})
    http = OutsideHttp("http://erp.example", transport=transport, telling=["sap-message"])
    with recorded() as exchanges:
        http.send("GET", "/x")

    assert [exchange.answer for exchange in exchanges] == ["sap-message: careful\n{}"]


def test_a_form_arrives_as_forms_do_and_off_the_record():
    seen = []

    def note(request):
        seen.append((request.headers["content-type"], request.content))
        return httpx.Response(200, json={"access_token": "opensesame"})

    http = OutsideHttp("http://crm.example", transport=httpx.MockTransport(note))
    with recorded() as exchanges:
        http.send("POST", "/token", form={"secret": "a&b=ç"}, confidential=True)

    assert seen == [("application/x-www-form-urlencoded", b"secret=a%26b%3D%C3%A7")]
    assert [exchange.request for exchange in exchanges] == [f"POST /token\n{HIDDEN}"]
    assert "opensesame" not in repr(exchanges)


def test_half_a_character_does_not_stop_a_request():
    assert client().send("POST", "/", json={"name": "a\ud800"}).status == 200


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_system_in_trouble_is_busy_and_no_more(status):
    with pytest.raises(OutsideBusy) as caught:
        client(status=status).send("GET", "/")

    assert not isinstance(caught.value, NoAnswer)


def test_a_gateway_that_waited_in_vain_is_no_answer():
    with pytest.raises(NoAnswer):
        client(status=504).send("POST", "/")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_not_followed(status):
    visited = []

    def redirect(request):
        visited.append(str(request.url))
        return httpx.Response(status, headers={"Location": "http://elsewhere.example/"})

    http = OutsideHttp("http://erp.example", transport=httpx.MockTransport(redirect))
    with pytest.raises(OutsideFailure):
        http.send("GET", "/")

    assert visited == ["http://erp.example/"]


def test_a_choice_among_several_is_no_redirect():
    assert client(status=300, body=b'["/a", "/b"]').send("GET", "/").json() == ["/a", "/b"]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": ', b"\xff\xfe\x00"])
def test_a_body_that_is_not_json_is_busy(body):
    answer = client(body=body).send("GET", "/")

    with pytest.raises(OutsideBusy):
        answer.json()


def test_an_answer_that_is_too_large_is_busy_even_if_it_travels_small():
    bomb = gzip.compress(b"0" * (MOST_BYTES + 1))
    assert len(bomb) < 10_000

    with pytest.raises(OutsideBusy, match="larger"):
        client(body=bomb, headers={"Content-Encoding": "gzip"}).send("GET", "/")


def test_broken_compression_is_busy():
    with pytest.raises(OutsideBusy):
        client(body=b"not gzip", headers={"Content-Encoding": "gzip"}).send("GET", "/")


def test_a_system_that_is_not_there_is_busy_and_was_not_asked():
    with pytest.raises(OutsideBusy) as caught:
        OutsideHttp(unused_address(), options=IMPATIENT).send("POST", "/", json={})

    assert not isinstance(caught.value, NoAnswer)


def test_a_line_that_breaks_after_the_request_is_no_answer():
    with (
        listening(lambda connection: connection.recv(1000)) as address,
        pytest.raises(NoAnswer),
    ):
        OutsideHttp(address, options=IMPATIENT).send("POST", "/", json={})


def test_a_line_that_breaks_within_the_answer_is_no_answer():
    def half_an_answer(connection):
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")

    with listening(half_an_answer) as address, pytest.raises(NoAnswer):
        OutsideHttp(address, options=IMPATIENT).send("POST", "/", json={})


def test_silence_after_the_request_is_no_answer():
    with (
        listening(lambda connection: [connection.recv(1000), connection.recv(1)]) as address,
        pytest.raises(NoAnswer),
    ):
        OutsideHttp(address, options=IMPATIENT).send("POST", "/", json={})


@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["head", "body"]
)
def test_a_byte_now_and_then_does_not_outlast_the_deadline(beginning):
    def drip(connection):
        connection.recv(1000)
        connection.sendall(beginning)
        for _ in range(2_000):
            connection.sendall(b"x")
            time.sleep(0.05)  # the drip itself, not a wait for something

    with listening(drip) as address:
        started = time.monotonic()
        with pytest.raises(NoAnswer):
            OutsideHttp(address, options=IMPATIENT).send("GET", "/")

    assert time.monotonic() - started < 30, "the drip would take a hundred"


def test_no_other_host_is_reached_however_the_path_is_written():
    visited = []
    with served(counting_app(visited)) as elsewhere:
        host = elsewhere.removeprefix("http://127.0.0.1")
        http = OutsideHttp(f"http://localhost{host}")
        # "http://localhost:1234" + "@127.0.0.1:1234/" is a user name and another host.
        with pytest.raises(OutsideFailure, match="may not reach"):
            http.send("GET", f"@127.0.0.1{host}/")

    assert visited == []


def counting_app(visited):
    async def visit(request):
        visited.append(request.path)
        return web.json_response({})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", visit)
    return app


def test_one_connection_serves_many_requests():
    ports = set()

    async def note(request):
        ports.add(request.transport.get_extra_info("peername")[1])
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/", note)
    with served(app) as address:
        http = OutsideHttp(address)
        for _ in range(5):
            http.send("GET", "/")

    assert len(ports) == 1


def test_an_address_that_is_none_is_a_failure():
    with pytest.raises(OutsideFailure):
        OutsideHttp("ftp://erp.example").send("GET", "/")
