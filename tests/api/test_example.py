"""The example becomes a customer of real processes, by what docs/api.md says and no more."""

from __future__ import annotations

import inspect
import time
from base64 import b64decode, b64encode
from contextlib import ExitStack
from uuid import uuid4

import httpx
import pytest

from atrio.integrators.models import Endpoint, EventDelivery
from atrio.integrators.webhooks.rules import signatures
from atrio.parties.models import Account
from atrio.site.machine.ports import free_port
from examples.become_a_customer import main
from examples.events import Events, verified
from tests.api.conftest import RICO, key_for
from tests.assertions.processes import CLONE, Processes
from tests.onboarding.house import CNPJ, code_sent_to, furnish, hire

CODE = "Code of six digits"
TYPED = {
    "CNPJ": [CNPJ[:-1] + str((int(CNPJ[-1]) + 1) % 10), CNPJ],  # the first is none
    "Full name": ["Alice Prado"],
    "Role in the company": ["buyer"],
    "Email": [RICO],
    "Phone": ["+55 11 91234-5678"],
    "Would you like to buy on credit?": ["yes"],
    "How much a month?": ["1200"],
    "I accept the terms of sale and the use of the data under the LGPD,"
    " and I may act for the company.": ["yes"],
}


@pytest.fixture
def place(transactional_db, tmp_path, monkeypatch):
    """A house of real processes, the example's key in the environment; where it is, and a port."""
    unit = furnish(name=uuid4().hex)
    monkeypatch.setenv("ATRIO_KEY", key_for(hire(unit, "ada@nordlicht.example", "admin")))
    port = free_port()
    with ExitStack() as stack:
        processes = Processes(tmp_path, stack=stack, ATRIO_WEBHOOKS_TO=f"127.0.0.1:{port}")
        processes.worker()
        _web, address = processes.web()
        yield address, port
    processes.tell()


@pytest.mark.database
def test_somebody_at_a_terminal_becomes_a_customer(place, monkeypatch, capsys):
    address, port = place
    left = {title: iter(answers) for title, answers in TYPED.items()}

    def typed(prompt):
        title = prompt.rpartition(" [")[0]
        return code_sent_to(RICO) if title == CODE else next(left.get(title, iter(())), "")

    monkeypatch.setattr("builtins.input", typed)
    monkeypatch.setattr("sys.argv", ["", address, "company_br", "--port", str(port)])
    main()
    said = capsys.readouterr().out
    account = Account.objects.get()
    assert f"Customer {account.customer_number}: {account.name}" in said
    assert said.count("A digit of this CNPJ is wrong") == 1
    told = EventDelivery.objects.filter(status="delivered").values_list("type", flat=True)
    assert {"application.waiting", "account.opened"} <= set(told)
    assert Endpoint.objects.get().stopped == "removed"


SECRET = "whsec_" + b64encode(b"of nobody's house at all, 32 byte").decode()


def signed(body, *, event="msg_1", at=None):
    """Return the headers with which Atrio would send a body."""
    at = int(at or time.time())
    key = b64decode(SECRET.removeprefix("whsec_"))
    return {
        "webhook-id": event,
        "webhook-timestamp": str(at),
        "webhook-signature": signatures([key], event_id=event, at=at, body=body),
    }


BODY = b'{"type": "account.opened", "data": {"application": "a"}}'


def test_the_examples_receiver_takes_an_event_once_and_no_forged_stale_or_unsigned_one():
    with Events() as events:
        events.secrets = [SECRET]
        stale = signed(BODY, at=time.time() - 301)
        for headers, status in (
            ({}, 400),
            (signed(BODY + b" "), 400),
            (stale, 400),
            (signed(BODY) | {"webhook-id": "msg_2"}, 400),
            (signed(BODY), 204),
            (signed(BODY), 204),  # sent again
        ):
            assert httpx.post(events.url, content=BODY, headers=headers).status_code == status
    assert [one["type"] for one in events.heard] == ["account.opened"]


def test_the_docs_show_how_the_example_knows_an_event():
    shown = (CLONE / "docs/api.md").read_text().split("```python\n")[1].split("```")[0]
    assert inspect.getsource(verified) == shown
