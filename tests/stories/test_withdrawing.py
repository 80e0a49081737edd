"""Withdrawing, from every side: the tracker, the cabinet, the desk at the customer's word."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from atrio.kernel.queue import run_pending
from atrio.onboarding.models import CreditWithdrawal
from atrio.onboarding.promises.credit import copy_credit_request
from atrio.outside.invented import invented_numbers
from atrio.parties.models import Membership
from tests.apply.people import Applicant, words_of
from tests.desk.seats import at_the_desk
from tests.onboarding.house import furnish, hire
from tests.parties.customers import Browser

pytestmark = pytest.mark.django_db
WISH = {"consent.terms": "yes", "credit.wanted": "yes", "credit.amount": "5000"}


@pytest.fixture
def unit():
    return furnish(name=uuid4().hex)


@pytest.fixture
def carla(unit):
    return at_the_desk(hire(unit, "carla@nordlicht.example", "associate"))


@pytest.fixture
def alice(unit):
    """Alice, in her shop, waiting for a credit line."""
    alice = Applicant().come_to("check_and_submit")
    alice.send(WISH)
    return alice.wait()


@pytest.fixture
def cabinet(alice):
    browser = Browser(headers={"accept-language": "en"})
    browser.force_login(Membership.objects.get().user)
    return browser


def link(page, part):
    """Return the address on a page that has this in it, "" if there is none."""
    found = html.fromstring(page.content.decode()).xpath(f"//a[contains(@href, '{part}')]/@href")
    return found[0] if found else ""


def credit_panel(page):
    found = html.fromstring(page.content.decode()).xpath("//section[@aria-labelledby='credit']")
    return " ".join(found[0].text_content().split()) if found else ""


def test_from_the_tracker_it_is_asked_once_and_then_done(alice):
    question = link(alice.page, "/withdraw/credit/")
    assert "Your shop stays open" in words_of(alice.client.get(question))
    assert alice.application.status == "open"  # looking changes nothing

    alice._follow(alice.client.post(question, follow=True))
    run_pending()
    alice.open("track")

    assert "request for a credit line was withdrawn on" in alice.words
    assert "The shop is open; you pay at once" in alice.words
    assert "you will hear from us by" not in alice.words
    assert not link(alice.page, "/withdraw/")
    again = alice.client.post(question, follow=True)
    assert again.redirect_chain[-1][0] == alice.address("track")
    assert "no request" not in words_of(again)


def test_from_the_cabinet_its_admin_takes_it_back(alice, cabinet):
    question = link(cabinet.get("/cabinet/"), "/credit/withdraw/")
    assert "Your shop stays open" in words_of(cabinet.get(question))

    page = cabinet.post(question, follow=True)
    assert "We take the request back" in words_of(page)
    assert "We are taking your request back" in credit_panel(page)
    assert not link(page, "/credit/withdraw/")
    run_pending()

    assert credit_panel(cabinet.get("/cabinet/")) == ""
    assert alice.application.status == "done"
    assert "There is no request" in words_of(cabinet.post(question, follow=True))


def test_a_colleague_who_only_buys_reads_of_it_and_withdraws_nothing(alice, cabinet):
    Membership.objects.update(role="buyer")

    page = cabinet.get("/cabinet/")
    assert "we decide by" in credit_panel(page)
    assert not link(page, "/credit/withdraw/")
    assert cabinet.get("/cabinet/credit/withdraw/").status_code == 403
    assert cabinet.post("/cabinet/credit/withdraw/").status_code == 403
    assert not CreditWithdrawal.objects.exists()


def test_who_is_too_late_reads_that_it_is_granted_and_being_entered(alice, cabinet, carla):
    cabinet.post("/cabinet/credit/withdraw/")
    grant = {"credit.verdict": "grant", "credit.limit": "4000"}
    carla.post(f"/desk/applications/{alice.application.pk}/steps/decide_credit/decide", grant)
    while CreditWithdrawal.objects.filter(status="open").exists():
        assert run_pending(limit=1)
    copy_credit_request(application_id=alice.application.pk, now=alice.application.updated_at)

    page = cabinet.get("/cabinet/")

    assert "Your credit line is granted" in credit_panel(page)
    assert "We could not take it back any more" in credit_panel(page)


def test_what_the_cabinet_says_of_it_costs_two_statements_and_only_while_it_waits(cabinet):
    cabinet.get("/cabinet/")
    with CaptureQueriesContext(connection) as asked:
        cabinet.get("/cabinet/")

    assert sum("creditwithdrawal" in one["sql"] for one in asked) == 1
    assert len(asked) <= 18


def test_an_associate_withdraws_an_application_at_the_customers_word(unit, carla):
    alice = Applicant(cnpj=next(invented_numbers(status="suspended"))).come_to("track")
    page = f"/desk/applications/{alice.application.pk}/"
    question = link(carla.get(f"{page}help/"), "/withdraw/")
    form = carla.get(question)
    assert 'value="Alice Prado"' in form.content.decode()
    missing = carla.post(question, {"said_by": " ", "note": "x"})
    assert missing.status_code == 422
    for said in ("Say who withdraws.", "Say how you heard of it."):
        assert said in words_of(missing)

    said = {"said_by": "Alice Prado", "channel": "telephone", "note": "Bought elsewhere"}
    done = carla.post(question, said, follow=True)

    assert "Withdrawn at the customer's word" in words_of(done)
    assert "Alice Prado · by telephone · Bought elsewhere" in words_of(done)
    assert "Withdrawn by the customer" not in words_of(done)
    helped = words_of(carla.get(f"{page}help/"))
    assert "withdrew at the word of Alice Prado, by telephone" in helped
    alice.open("track")
    assert "Your application is withdrawn" in alice.words
    assert "Alice Prado told us by telephone" in alice.words
    assert "That was not you? Begin again" in alice.words
    assert "Bought elsewhere" not in alice.words
    assert carla.get(question, follow=True).redirect_chain[-1][0] == page


def test_an_associate_withdraws_a_credit_request_at_the_customers_word(alice, carla):
    page = f"/desk/applications/{alice.application.pk}/"
    question = link(carla.get(f"{page}help/"), "/withdraw/")
    assert "The shop stays open" in words_of(carla.get(question))

    said = {"said_by": "Bob Reis", "channel": "email", "note": ""}
    done = carla.post(question, said, follow=True)
    run_pending()

    assert "Request for a credit line withdrawn at the customer's word" in words_of(done)
    alice.open("track")
    assert "request for a credit line was withdrawn on" in alice.words
    assert "Bob Reis told us by email" in alice.words
    assert "That was not you? Write to" in alice.words


def test_mallory_withdraws_nothing_of_theirs(alice, unit):
    mallory = Applicant(email="mallory@elsewhere.example").come_to("enter_tax_id")
    forged = alice.token.split("~")[0] + "~" + mallory.token.split("~")[1]
    assert mallory.client.post(f"/apply/{forged}/withdraw/credit/").status_code == 404

    elsewhere = at_the_desk(hire(unit, "maria@nordlicht.example", "manager"))
    question = f"/desk/applications/{alice.application.pk}/withdraw/"
    assert elsewhere.get(question).status_code == 404
    assert alice.application.status == "open"
