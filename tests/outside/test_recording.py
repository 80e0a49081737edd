"""What is kept of an exchange, and what never is."""

from __future__ import annotations

import httpx
import pytest

from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.outside.http import OutsideHttp
from atrio.outside.recording import MOST_BYTES_KEPT, recorded, redacted


def client(handler, secrets=()):
    return OutsideHttp(
        "http://erp.example", secrets=secrets, transport=httpx.MockTransport(handler)
    )


def yes(_request):
    return httpx.Response(200, json={"result": [7]})


def silence(_request):
    raise httpx.ReadTimeout("nothing came")


def test_request_answer_status_and_times_are_kept():
    with recorded() as exchanges:
        client(yes).send("POST", "/rpc/", json={"method": "create"})

    (exchange,) = exchanges
    assert exchange.request == 'POST /rpc/\n{"method": "create"}'
    assert exchange.answer == '{"result":[7]}'
    assert (exchange.status, exchange.outcome) == (200, "ok")
    assert exchange.sent_at <= exchange.answered_at


def test_an_address_is_kept_as_people_read_it_on_one_line_and_without_secrets():
    with recorded() as exchanges:
        client(yes, secrets=["open sesame"]).send(
            "GET", "/q?name=%27A%C3%A7%C3%A3o%27%0Aopen%20sesame"
        )

    assert exchanges[0].request == "GET /q?name='Ação' •••"


def test_an_exchange_without_an_answer_is_kept_with_the_reason():
    with pytest.raises(NoAnswer), recorded() as exchanges:
        client(silence).send("POST", "/rpc/", json={})

    (exchange,) = exchanges
    assert (exchange.status, exchange.outcome) == (None, "no_answer")
    assert "no whole answer" in exchange.answer


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(OutsideFailure("no"), "failed"), (OutsideBusy("not now"), "busy")],
)
def test_what_the_connector_makes_of_an_answer_marks_the_last_exchange(error, outcome):
    def refused_on_a_second_look():
        client(yes).send("GET", "/first")
        client(yes).send("GET", "/second")
        raise error

    with pytest.raises(type(error)), recorded() as exchanges:
        refused_on_a_second_look()

    assert [exchange.outcome for exchange in exchanges] == ["ok", outcome]


def test_outside_a_recording_block_nothing_is_kept_and_nothing_breaks():
    with recorded() as before:
        pass
    client(yes).send("GET", "/")

    assert before == []


def test_secrets_and_confidential_bodies_are_never_kept():
    def echo(request):
        return httpx.Response(200, content=request.content + b' {"session": "abc\\"def"}')

    http = client(echo, secrets=["hunter2"])
    with recorded() as exchanges:
        http.send("POST", "/hunter2", json={"Password": "p", "note": "hunter2"})
        http.send("POST", "/login", json=["words"], confidential=True)
        http.send("GET", "/", headers={"Authorization": "Bearer t0ken"})

    kept = repr(exchanges)
    for secret in ("hunter2", '"p"', "abc", "def", "words", "t0ken"):
        assert secret not in kept


def test_a_long_text_is_cut_at_a_whole_character_and_says_so():
    kept = redacted("ã" * MOST_BYTES_KEPT)

    assert len(kept.encode()) <= MOST_BYTES_KEPT
    assert kept.endswith(f"… {2 * MOST_BYTES_KEPT} bytes in all")


def test_what_the_database_cannot_hold_is_replaced():
    assert redacted("a\x00b\ud800c") == "a�b?c"
