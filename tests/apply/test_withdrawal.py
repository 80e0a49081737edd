"""To withdraw: asked once, done once, and begun again with what was typed."""

from __future__ import annotations

import pytest
from lxml import html

from atrio.onboarding.models import Application, Call
from atrio.outside.invented import invented_numbers
from atrio.timeline.models import Entry
from tests.apply.people import EMAIL, Applicant
from tests.onboarding.house import CNPJ


def withdraw(applicant, reason=""):
    """Go by the link on the page, and say yes."""
    (link,) = html.fromstring(applicant.text).xpath("//a[contains(@href, '/withdraw/')]/@href")
    assert "no account is opened" in applicant.client.get(link).content.decode()
    return applicant._follow(applicant.client.post(link, {"reason": reason}, follow=True))


@pytest.mark.parametrize("step", ["enter_tax_id", "prove_email", "check_and_submit", "track"])
def test_every_page_leads_to_it_and_the_tracker_says_that_it_is_done(unit, step):
    alice = Applicant(cnpj=next(invented_numbers(status="suspended"))).come_to(step)

    withdraw(alice, reason="Too slow")

    assert alice.step == "track"
    assert "You have withdrawn your application" in alice.words
    assert not html.fromstring(alice.text).xpath("//a[contains(@href, '/withdraw/')]")
    assert not html.fromstring(alice.text).xpath("//*[@id='tracker']/@hx-get")
    assert alice.application.status == "withdrawn"
    assert Entry.objects.get(what="application.withdrawn").data["reason"] == "Too slow"


def test_looking_at_the_question_withdraws_nothing(alice):
    alice.come_to("give_contact")
    alice.client.get(alice.address("withdraw"))

    assert alice.application.status == "open"


def test_a_page_that_is_still_open_elsewhere_leads_to_the_tracker(alice):
    alice.come_to("give_contact")
    form, answers = alice.at, alice.right_answers("give_contact")
    withdraw(alice)

    sent = alice.client.post(form, answers, follow=True)
    shown = alice.client.get(form, follow=True)
    again = alice.client.post(alice.address("withdraw"), follow=True)

    assert "This application has been withdrawn" in sent.content.decode()
    for page in (sent, shown, again):
        assert page.redirect_chain[-1][0] == alice.address("track")
        assert "You have withdrawn" in page.content.decode()


def test_a_customer_is_told_that_there_is_nothing_to_withdraw(alice):
    alice.come_to("track").wait()
    assert "/withdraw/" not in alice.text

    page = alice.client.post(alice.address("withdraw"), follow=True).content.decode()

    assert "Your shop is open already" in page
    assert alice.application.status == "done"


def test_begun_again_everything_is_filled_in_and_nothing_is_answered(alice):
    alice.come_to("check_and_submit")
    withdraw(alice)
    before = alice.token
    (action,) = html.fromstring(alice.text).xpath("//form[contains(@action, '/again/')]/@action")

    alice._follow(alice.client.post(action, follow=True))

    assert alice.token != before
    assert alice.step == "enter_tax_id"
    assert alice.inputs["company.tax_id"].replace(".", "").replace("/", "").replace("-", "") == CNPJ
    assert not Call.objects.filter(application=alice.application).exists()
    assert not alice.application.facts.exists()
    alice.pass_by("enter_tax_id")
    alice.wait().pass_by("confirm_company")
    assert alice.inputs["contact.email"] == EMAIL
    assert alice.inputs["contact.role"] == "buyer"
    alice.send(alice.inputs)
    assert alice.step == "prove_email"


def test_what_still_runs_is_not_begun_again(alice):
    alice.come_to("give_contact")

    assert alice.client.post(alice.address("again")).status_code == 409
    assert Application.objects.count() == 1


def test_mallory_withdraws_nobody_elses(alice):
    alice.come_to("give_contact")
    mallory = Applicant(email="mallory@elsewhere.example").come_to("enter_tax_id")
    forged = alice.token.split("~")[0] + "~" + mallory.token.split("~")[1]

    assert mallory.client.post(f"/apply/{forged}/withdraw/").status_code == 404
    assert mallory.client.post(f"/apply/{forged}/again/").status_code == 404
    assert alice.application.status == "open"
