"""The ERP, a real Tryton, is broken from the desk in five ways; each case is told, seen and mended.

What one break looks like in detail is proved where it belongs: the breaker, the repair, the
correction, the search after silence. Here it is one story from the customer's view and the
associate's, by their own pages.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.utils import timezone
from lxml import html

from atrio.identity.models import User
from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Call
from atrio.outside.connections import open_erp
from atrio.outside.faults.proxy import build_app
from atrio.outside.invented import invented_numbers
from atrio.outside.models import Connection
from atrio.outside.ports import CustomerDraft, PostalAddress, TaxId
from atrio.seller.models import BusinessUnit
from atrio.trade.actions import mirror_catalogue
from tests.onboarding.house import furnish, hire
from tests.outside.serving import served
from tests.stories.people import application_of, apply_as, browser_of, letter_to

pytestmark = [pytest.mark.tryton, pytest.mark.django_db(transaction=True)]

PROMISED = timedelta(minutes=3)
TOKEN = "turn-the-knobs-please"
_numbers = invented_numbers(start=300)
_serial = count(1)


@pytest.fixture
def erp(settings, tryton, tryton_database):
    """A house whose ERP is a Tryton behind a fault proxy; return its connector."""
    furnish(name=uuid4().hex)
    settings.ATRIO_SECRETS = {"erp-br": tryton.snapshot.password}
    with served(build_app({"erp": tryton.url}, token=TOKEN)) as url:
        settings.ATRIO_FAULT_PROXY, settings.ATRIO_FAULTS_TOKEN = url, TOKEN
        Connection.objects.filter(code="erp-br").update(
            product="tryton",
            base_url="faults:erp",
            options={
                "database": tryton_database,
                "user": "atrio",
                "read_seconds": 3,
                "total_seconds": 4,
            },
        )
        mirror_catalogue(erp="erp-br", now=timezone.now())
        yield open_erp("erp-br")


class Desk:
    """Carla at her desk; counts what she does."""

    def __init__(self):
        carla = hire(BusinessUnit.objects.get(), "carla@nordlicht.example", "associate")
        self.browser = browser_of(User.objects.get(pk=carla.id))
        self.actions = 0

    def set(self, **knobs):
        """Turn the knobs of the ERP, as the systems page does."""
        page = self.browser.post("/desk/systems/erp/", knobs)
        assert page.status_code == 302, page.content.decode()

    def act(self, address, **said):
        """Do something about an application or a system, and let the background follow."""
        data = {name.replace("__", "."): value for name, value in said.items()}
        page = self.browser.post(address, data)
        assert page.status_code == 302, page.content.decode()
        self.actions += 1
        run_pending()

    def ask_now(self):
        self.act("/desk/systems/erp-br/ask")

    def repair(self, application, **said):
        address = f"/desk/applications/{application.pk}/steps/repair/decide"
        self.act(address, **{f"repair__{name}": value for name, value in said.items()})

    def sees(self, application):
        return self.browser.get(f"/desk/applications/{application.pk}/").content.decode()


@pytest.fixture
def desk(erp):
    return Desk()


class Case:
    """Somebody whose application meets a broken ERP."""

    def __init__(self):
        self.number = next(_numbers)
        self.email = f"alice{next(_serial)}@ventorim.example"
        self.visitor = apply_as("Alice Prado", self.email, cnpj=self.number)

    @property
    def application(self):
        return application_of(self.email)

    @property
    def call(self):
        calls = Call.objects.filter(application=self.application, name="erp.create_customer")
        return calls.latest("id")

    def wait_in_vain(self):
        """Let the process lose its patience, which it has to do before the promise is broken."""
        assert self.call.give_up_at - self.call.created_at < PROMISED
        Call.objects.filter(pk=self.call.pk).update(give_up_at=timezone.now())
        run_pending(until=timezone.now() + timedelta(minutes=1))


def told_and_handed_over(case, desk, *, request, answer):
    """See that the customer knows, that an associate has it, and sees what was said."""
    assert case.application.waiting_on == "associate"
    assert case.application.current_step == "repair"
    letter = letter_to(case.email, "delayed")
    assert letter.created_at - case.call.created_at < PROMISED
    tracker = case.visitor.wait().text
    assert "Somebody from our team completes your account" in tracker
    assert "Your account is ready" not in tracker
    page = desk.sees(case.application)
    assert request in page
    assert answer in page


def is_a_customer_once(case, erp):
    assert case.application.status == "done"
    parties = erp._rpc.search_read(
        "party.party", [["identifiers.code_compact", "=", case.number]], ["code"]
    )
    assert len(parties) == 1


WELL = {
    "latency": "0",
    "jitter": "0",
    "error_rate": "0",
    "error_status": "503",
    "execute_then_timeout": "0",
    "garbage": "0",
    "slow_drip": "0",
    "times": "0",
}


def it_refuses(desk, erp):
    """The correction tries again in the same action."""
    desk.set(**WELL | {"error_rate": "100", "error_status": "422"})
    case = Case()
    told_and_handed_over(case, desk, request="POST /", answer="422")
    desk.set(preset="well")

    correct = f"/desk/applications/{case.application.pk}/correct/confirm_company/"
    page = html.fromstring(desk.browser.get(correct).content)
    form = next(form for form in page.forms if form.action and "/correct/" in form.action)
    said = {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}
    desk.act(correct, **said | {"company.trade_name": "Nova", "reason": "Too long", "again": "yes"})

    return case


def it_hangs(desk, erp):
    """It goes on once somebody says that it is mended."""
    desk.set(**WELL | {"latency": "600"})
    case = Case()
    case.wait_in_vain()
    told_and_handed_over(case, desk, request="POST /", answer="no whole answer came back")
    desk.set(preset="well")

    desk.repair(case.application, action="mended")

    return case


def it_creates_in_silence(desk, erp):
    """What it created is found."""
    desk.set(preset="executes")
    case = Case()
    desk.set(preset="down")
    case.wait_in_vain()
    told_and_handed_over(case, desk, request="party.create", answer="sent, no answer")
    desk.set(preset="well")

    desk.ask_now()

    return case


def it_is_down(desk, erp):
    """Asked at once, it answers, and everything goes on by itself."""
    desk.set(preset="down")
    case = Case()
    case.wait_in_vain()
    told_and_handed_over(case, desk, request="POST /", answer="Server disconnected")
    desk.set(preset="well")

    desk.ask_now()

    return case


def it_talks_nonsense(desk, erp):
    """A number made by hand is read back and believed."""
    desk.set(preset="garbage")
    case = Case()
    case.wait_in_vain()
    told_and_handed_over(case, desk, request="POST /", answer="to be tried again")
    desk.set(preset="well")
    made = erp.create_customer(
        CustomerDraft(
            reference=f"HAND-{case.number}",
            legal_name="Made by hand",
            trade_name="",
            tax_id=TaxId("BR", "br_cnpj", case.number),
            address=PostalAddress(),
            contact_name="",
            email="",
            phone="",
            language="pt-BR",
            price_group="",
        )
    )

    desk.repair(case.application, action="by_hand", customer_number=made.number)

    return case


def test_broken_in_five_ways_every_case_is_told_seen_and_mended_in_two_actions(desk, erp):
    for breaking in (it_refuses, it_hangs, it_creates_in_silence, it_is_down, it_talks_nonsense):
        desk.actions = 0
        case = breaking(desk, erp)
        assert desk.actions <= 2, breaking.__doc__
        is_a_customer_once(case, erp)
