"""The connector for text messages against the simulator, over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit

import httpx
import pytest

from atrio.connectors.sms_gateway import GatewaySms
from atrio.connectors.sms_gateway.simulator.app import GATEWAY
from atrio.connectors.sms_gateway.simulator.app import build_app as build_gateway
from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.outside.faults.control import FaultProxy
from atrio.outside.faults.proxy import build_app as build_proxy
from atrio.outside.recording import recorded
from tests.connectors.sms_contract import MOBILE, SmsContract, new_draft
from tests.outside.serving import served, unused_address, wait_until_listening

KEY = "the-gateways-own-key"
TOKEN = "turn-the-knobs-please"
PATIENCE = {"read_seconds": 1, "total_seconds": 2}
FIXED_LINE = "+551133334444"


@pytest.fixture(scope="module")
def gateway():
    return build_gateway(KEY)


@pytest.fixture(scope="module")
def simulator(gateway):
    with served(gateway) as url:
        yield url


@pytest.fixture(scope="module")
def proxy(simulator):
    with served(build_proxy({"sms": simulator}, token=TOKEN)) as url:
        yield url


@pytest.fixture
def knobs(proxy):
    control = FaultProxy(proxy, TOKEN)
    yield control
    control.reset()


@pytest.fixture(scope="module")
def connected(proxy):
    return GatewaySms(base_url=f"{proxy}/sms", secret=KEY, options=PATIENCE)


class TestGatewaySms(SmsContract):
    @pytest.fixture
    def sms(self, connected):
        return connected

    @pytest.fixture(params=[FIXED_LINE, "+5511", "nobody"])
    def nobody(self, request):
        return request.param


def sent(gateway, draft):
    return [text for text in gateway[GATEWAY].texts.values() if text["text"] == draft.text]


def test_what_was_sent_without_an_answer_is_found_and_not_sent_twice(connected, gateway, knobs):
    draft = new_draft(text="executed, then silent")
    knobs.set("sms", execute_then_timeout=1, times=1)
    with pytest.raises(NoAnswer):
        connected.send(draft)

    assert connected.find(draft.reference)
    connected.send(draft)
    assert len(sent(gateway, draft)) == 1


def test_a_gateway_that_is_away_is_busy():
    with pytest.raises(OutsideBusy):
        GatewaySms(base_url=unused_address(), secret=KEY).send(new_draft())


def test_a_wrong_key_is_for_a_person(simulator):
    for ask in ("probe", "send"):
        sms = GatewaySms(base_url=simulator, secret="wrong")
        with pytest.raises(OutsideFailure) as caught:
            getattr(sms, ask)(*([new_draft()] if ask == "send" else []))
        assert caught.value.code == "sign_in"


@pytest.mark.parametrize(
    ("to", "state"),
    [(MOBILE, "delivered"), ("+5511912345698", "failed"), ("+5511912345699", "accepted")],
)
def test_it_tells_what_became_of_a_message(connected, to, state):
    draft = new_draft(to=to)
    connected.send(draft)
    found = connected.find(draft.reference)
    assert found.state == state
    assert bool(found.reason) is (state == "failed")


def test_nobody_arrives_before_their_time():
    with (
        served(build_gateway(KEY, delivery_seconds=600)) as url,
    ):
        assert GatewaySms(base_url=url, secret=KEY).send(new_draft()).state == "accepted"


def test_neither_key_nor_words_nor_number_stand_in_the_record(connected):
    draft = new_draft(text="for Alice alone")
    with recorded() as exchanges:
        connected.send(draft)
    [exchange] = exchanges
    assert exchange.status == 201
    for secret in (KEY, draft.text, draft.to, draft.to.removeprefix("+")):
        assert secret not in exchange.request + exchange.answer


def answering(status=200, **answer):
    transport = httpx.MockTransport(lambda _: httpx.Response(status, **answer))
    return GatewaySms(base_url="http://gateway.example", secret=KEY, transport=transport)


@pytest.mark.parametrize(
    "answer", [{"json": []}, {"json": {"messages": 1}}, {"content": b"<html>"}]
)
def test_what_is_no_answer_is_busy(answer):
    with pytest.raises(OutsideBusy):
        answering(**answer).find("x")


def test_an_answer_about_another_message_is_busy():
    other = {"id": "1", "reference": "other", "status": "accepted"}
    with pytest.raises(OutsideBusy):
        answering(json={"messages": [other]}).find("x")


@pytest.mark.parametrize("message", [{"status": "lost", "id": "1"}, {"status": "accepted"}])
def test_a_state_nobody_knows_is_for_a_person(message):
    with pytest.raises(OutsideFailure):
        answering(json={"messages": [message | {"reference": "x"}]}).find("x")


def test_another_text_under_a_known_reference_is_for_a_person(connected):
    draft = new_draft()
    connected.send(draft)
    with pytest.raises(OutsideFailure, match="409 other_text"):
        connected.send(new_draft(reference=draft.reference, text="something else"))


def test_the_program_starts():
    address = unused_address()
    program = subprocess.Popen(
        [
            *(sys.executable, "-m", "atrio.connectors.sms_gateway.simulator"),
            *("--port", str(urlsplit(address).port), "--delivery-seconds", "0"),
        ],
        env={"PYTHONPATH": "src", "SMS_GATEWAY_KEY": KEY, "PATH": os.environ["PATH"]},
    )
    try:
        wait_until_listening(address)
        assert GatewaySms(base_url=address, secret=KEY).send(new_draft()).state == "delivered"
    finally:
        program.terminate()
        program.wait(10)
