"""A house whose doors a program knocks at. Rico's shop has a key; Mallory's is of another unit."""

from __future__ import annotations

import json
from itertools import count
from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.integrators.actions import make_key
from atrio.integrators.rules import SCOPES
from atrio.integrators.webhooks import sending
from atrio.integrators.webhooks.queries import forget_who_listens
from atrio.integrators.webhooks.rules import EVENTS
from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Application
from tests.api.receiver import receiving
from tests.apply.people import CONTACT
from tests.desk.conftest import branch
from tests.onboarding.house import CNPJ, code_sent_to, furnish, hire
from tests.parties.customers import Browser

RICO = "rico@ventorim.example"
_serial = count(1)


class Program(Browser):
    """A program with a key, served as the web process is by the database."""

    def __init__(self, secret="", *, language="en"):
        said = {"authorization": f"Bearer {secret}"} if secret else {}
        super().__init__(headers={"accept-language": language, **said})

    def read(self, address, **query):
        """Read something."""
        return self.get(f"/api/v1/{address}", query)

    def send(self, address, body=None, *, key=None):
        """Send something, under an idempotency key of its own unless one is named."""
        return self.post(
            f"/api/v1/{address}",
            json.dumps(body if body is not None else {}),
            content_type="application/json",
            headers={"idempotency-key": key or f"request-{next(_serial)}"},
        )

    def begin(self, **said):
        """Begin an application and return its address."""
        made = self.send("applications", {"journey": "company_br", **said})
        assert made.status_code == 201, made.content
        return f"applications/{made.json()['id']}"

    def says(self, address, step, **answers):
        """Answer a step; dots in names are written as two underscores."""
        said = {name.replace("__", "."): value for name, value in answers.items()}
        return self.send(f"{address}/steps/{step}", {"answers": said})

    def come_to(self, step, *, cnpj=CNPJ):
        """Begin, and answer everything rightly until this step is open; return the address."""
        address = self.begin()
        while (now := self.read(address).json()["open_steps"]) != [step]:
            self.pass_by(address, now[0], cnpj=cnpj)
        return address

    def pass_by(self, address, step, *, cnpj=CNPJ):
        """Answer a step rightly and let the background do its part."""
        known = self.read(f"{address}/steps/{step}").json()["values"]
        answers = {
            "enter_tax_id": lambda: {"company.tax_id": cnpj},
            "confirm_company": lambda: known,
            "give_contact": lambda: CONTACT | {"contact.email": RICO},
            "prove_email": lambda: {"proof.code": code_sent_to(RICO)},
            "check_and_submit": lambda: {"consent.terms": True},
        }[step]()
        answer = self.send(f"{address}/steps/{step}", {"answers": answers})
        assert answer.status_code == 200, answer.content
        run_pending()


def application_at(address):
    """Return what is kept of the application at an address."""
    return Application.objects.get(pk=address.partition("/")[2])


@pytest.fixture
def unit():
    return furnish(name=uuid4().hex)


@pytest.fixture
def admin(unit):
    return hire(unit, "ada@nordlicht.example", "admin")


def program(by, *scopes, name="Rico's shop"):
    """Return a program with a new key for all of the administrator's units."""
    return Program(key_for(by, *scopes, name=name))


def key_for(by, *scopes, name="Rico's shop"):
    """Return the secret of a new key for all of the administrator's units."""
    _key, secret = make_key(
        by=by,
        name=name,
        business_units=by.business_units,
        scopes=scopes or SCOPES,
        now=timezone.now(),
    )
    return secret


@pytest.fixture
def rico(admin):
    return program(admin)


@pytest.fixture
def mallory(unit):
    """A program of another business unit, which offers the same journey."""
    elsewhere = branch("elsewhere")
    elsewhere.journeys = ["company_br"]
    elsewhere.save()
    return program(hire(elsewhere, "mallory@elsewhere.example", "admin"), name="Mallory's")


@pytest.fixture
def receiver(settings):
    """Where Rico hears of events."""
    with receiving() as receiver:
        settings.ATRIO_WEBHOOKS_TO = [receiver.place]
        sending._client.cache_clear()
        forget_who_listens()
        yield receiver
    sending._client.cache_clear()
    forget_who_listens()


@pytest.fixture
def endpoint(rico, receiver):
    """The address of his endpoint, which hears of everything."""
    made = rico.send("webhooks", {"url": receiver.url, "events": list(EVENTS)})
    assert made.status_code == 201, made.content
    forget_who_listens()
    return f"webhooks/{made.json()['id']}"
