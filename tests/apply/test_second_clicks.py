"""Two clicks on "begin" are one application, and the way back through the form is no dead end."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone
from lxml import html

from atrio.apply.access import SECOND_CLICK
from atrio.kernel.ids import derived_id, new_id
from atrio.onboarding.actions import start_application
from atrio.onboarding.models import Application, Promise, Step
from tests.apply.people import EMAIL, Applicant
from tests.onboarding.house import furnish

BEGIN = {"pack": "company_br"}


def test_a_second_click_lands_in_the_application_of_the_first(alice):
    first = alice.client.post("/apply/start/", BEGIN)
    second = alice.client.post("/apply/start/", BEGIN)

    assert first["Location"] == second["Location"]
    assert Application.objects.count() == 1


def test_a_second_click_long_after_begins_another(alice, monkeypatch):
    alice.client.post("/apply/start/", BEGIN)
    later = timezone.now() + SECOND_CLICK + timedelta(seconds=1)
    monkeypatch.setattr("atrio.apply.access.timezone.now", lambda: later)

    alice.client.post("/apply/start/", BEGIN)

    assert Application.objects.count() == 2


def test_two_browsers_begin_two(unit):
    for _ in range(2):
        Applicant().begin()

    assert Application.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_begin_one():
    """Neither request has seen what the other one has done to the session."""
    furnish(name=uuid4().hex)
    visit, now, together = new_id(), timezone.now(), Barrier(4)
    begun = []

    def click():
        together.wait(timeout=20)
        application = start_application(
            application_id=derived_id(visit, "company_br"),
            journey="company_br",
            language="en",
            visit=visit,
            first_page_at=now,
            now=now,
        )
        begun.append(application.pk)
        connections.close_all()

    clicks = [Thread(target=click) for _ in range(4)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()

    assert begun == [Application.objects.get().pk] * 4
    assert Step.objects.count() == 1
    assert Promise.objects.count() == 1


def test_beginning_again_twice_is_once(alice):
    alice.come_to("give_contact")
    alice.client.post(alice.address("withdraw"))

    first = alice.client.post(alice.address("again"))
    second = alice.client.post(alice.address("again"))

    assert first["Location"] == second["Location"]
    assert Application.objects.count() == 2


def test_back_at_the_code_one_is_told_that_it_is_done(alice):
    alice.come_to("check_and_submit").open("prove_email")

    assert "This address is confirmed already" in alice.words
    assert "Send a new code" not in alice.words
    (onwards,) = html.fromstring(alice.text).xpath("//div[contains(@class, 'note')]//a/@href")
    assert alice.client.get(onwards)["Location"] == alice.address("check_and_submit")
    alice.send({"proof.code": "123456"})
    assert alice.step == "check_and_submit"


def test_back_at_every_step_stands_what_was_said(alice):
    alice.come_to("check_and_submit")

    for step, field, said in (
        ("give_contact", "contact.email", EMAIL),
        (
            "confirm_company",
            "company.legal_name",
            alice.open("confirm_company").inputs["company.legal_name"],
        ),
    ):
        alice.open(step)
        assert alice.page.status_code == 200
        assert alice.inputs[field] == said
    assert "enter_tax_id" in alice.open("enter_tax_id").at


def test_back_after_the_submission_leads_to_the_tracker_and_never_to_an_error(alice):
    alice.come_to("track")

    for step in (
        "enter_tax_id",
        "confirm_company",
        "give_contact",
        "prove_email",
        "check_and_submit",
    ):
        page = alice.client.get(alice.address(step), follow=True)
        assert page.status_code == 200
        assert page.redirect_chain[-1][0] == alice.address("track"), step
