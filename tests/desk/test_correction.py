"""An associate corrects what a customer said; the old value stays, and the ERP is tried again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html

from atrio.identity.models import User
from atrio.kernel.errors import OutsideFailure
from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import decide_step, fail_call
from atrio.onboarding.models import Application, Call, Fact
from atrio.outside.connections import open_erp
from atrio.outside.ports import CustomerDraft, PostalAddress, TaxId
from atrio.parties.models import Account
from atrio.timeline.models import Entry
from tests.onboarding.house import CNPJ, furnish, hire
from tests.onboarding.test_repair import run_until, submitted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unit(request):
    return furnish(name=request.node.name)


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


@pytest.fixture
def browser(carla):
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(
        User.objects.get(pk=carla.id),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return browser


@pytest.fixture
def refused(unit):
    """An application that the ERP refused."""
    submitted()
    call = run_until("erp.create_customer")
    error = OutsideFailure("The postal code is not one", code="invalid")
    fail_call(call_id=call.pk, error=error, now=timezone.now())
    return Application.objects.get()


def address_of(application, step="confirm_company"):
    return f"/desk/applications/{application.pk}/correct/{step}/"


def said(browser, application, **changed):
    page = html.fromstring(browser.get(address_of(application)).content.decode())
    form = next(f for f in page.forms if f.action and "/correct/" in f.action)
    values = {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}
    values.pop("again", None)
    return values | {name.replace("__", "."): value for name, value in changed.items()}


def test_one_action_corrects_and_tries_again(browser, refused):
    page = browser.get(f"/desk/applications/{refused.pk}/").content.decode()
    assert address_of(refused) in page
    answers = said(browser, refused, company__trade_name="Ventorim Nova", reason="They called us")

    browser.post(address_of(refused), answers | {"again": "yes"})
    run_pending()

    refused.refresh_from_db()
    assert (refused.status, refused.title) == ("done", "Ventorim Nova")
    old, new = Fact.objects.filter(field="company.trade_name").order_by("id")
    assert (old.origin, new.origin, new.by_label) == ("register", "staff", "Carla")
    assert old.value != new.value == "Ventorim Nova"
    entry = Entry.objects.get(what="facts.corrected")
    assert entry.data["fields"] == ["company.trade_name"]
    assert entry.data["reason"] == "They called us"


def test_saving_alone_leaves_the_repair_open(browser, refused):
    browser.post(
        address_of(refused), said(browser, refused, company__trade_name="New", reason="Typo")
    )

    refused.refresh_from_db()
    assert (refused.current_step, refused.title) == ("repair", "New")


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_changed(browser, refused):
    wrong = said(browser, refused, company__legal_name="", reason="Why not")
    answer = browser.post(address_of(refused), wrong)
    assert answer.status_code == 422
    assert "Why not" in answer.content.decode()

    without_reason = said(browser, refused, company__trade_name="New")
    answer = browser.post(address_of(refused), without_reason)
    assert answer.status_code == 422
    assert "Please say why." in answer.content.decode()
    assert 'value="New"' in answer.content.decode()
    assert not Entry.objects.filter(what="facts.corrected").exists()


def test_neither_code_nor_consent_nor_number_is_corrected_by_somebody_else(browser, refused):
    for step in ("enter_tax_id", "prove_email", "check_and_submit", "review", "nowhere"):
        assert browser.get(address_of(refused, step)).status_code == 404, step


def test_the_address_that_access_goes_to_is_changed_by_nobody_else(browser, refused):
    address = address_of(refused, "give_contact")
    page = html.fromstring(browser.get(address).content.decode())
    form = next(form for form in page.forms if form.action and "/correct/" in form.action)
    answers = {n: v for n, v in form.form_values() if n not in {"csrfmiddlewaretoken", "again"}}

    other = answers | {"contact.email": "mallory@elsewhere.example", "reason": "So they said"}
    answer = browser.post(address, other, follow=True)

    assert "only its owner changes it" in answer.content.decode()
    assert not Fact.objects.filter(value="mallory@elsewhere.example").exists()
    browser.post(address, answers | {"contact.name": "Alice P.", "reason": "Typo"})
    assert Fact.objects.filter(field="contact.name", value="Alice P.", origin="staff").exists()


def test_who_sells_to_the_customer_corrects_nothing(browser, carla, refused):
    Application.objects.update(sold_by=carla.id)

    browser.post(address_of(refused), said(browser, refused, company__trade_name="X", reason="Y"))

    assert not Entry.objects.filter(what="facts.corrected").exists()


def by_hand(carla, application, number):
    decide_step(
        by=carla,
        application_id=application.pk,
        step="repair",
        submitted={"repair.action": "by_hand", "repair.customer_number": number},
        language="en",
        now=timezone.now(),
    )
    run_pending()
    application.refresh_from_db()
    return Call.objects.filter(name="erp.create_customer").latest("id")


def made_in_the_erp(number):
    draft = CustomerDraft(
        reference=f"HAND-{number}",
        legal_name="Made by hand",
        trade_name="",
        tax_id=TaxId("BR", "br_cnpj", number),
        address=PostalAddress(),
        contact_name="",
        email="",
        phone="",
        language="pt-BR",
        price_group="",
    )
    return open_erp("erp-br").create_customer(draft).number


def test_a_number_made_by_hand_is_read_back_and_then_believed(carla, refused):
    number = made_in_the_erp(CNPJ)

    call = by_hand(carla, refused, f" {number} ")

    assert (call.status, refused.status) == ("done", "done")
    assert Account.objects.get().customer_number == number


def test_the_number_of_another_company_or_of_none_is_not_believed(carla, refused):
    other = made_in_the_erp("99000002000165")

    call = by_hand(carla, refused, other)
    assert (call.status, call.error_code) == ("failed", "wrong_customer")
    assert refused.current_step == "repair"

    call = by_hand(carla, refused, "4711")
    assert (call.status, call.error_code) == ("failed", "not_found")
    assert refused.current_step == "repair"
    assert not Account.objects.exists()
