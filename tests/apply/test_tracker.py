"""The tracker: it follows by itself, tells the truth, and hands over when a step waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from lxml import html

from atrio.outside.connections import open_erp, open_registry
from atrio.outside.invented import invented_numbers
from tests.apply.people import Applicant, words_of

BY_SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def tracking(alice):
    """Alice, who has submitted, before anything has run."""
    return alice.come_to("check_and_submit").send({"consent.terms": "yes"})


def part_of(applicant):
    """Ask for the part alone, as the page's script does."""
    return applicant.client.get(applicant.address("track"), headers=BY_SCRIPT)


def test_the_page_follows_by_itself_with_and_without_scripts(tracking):
    page = html.fromstring(tracking.text)

    assert page.xpath("//*[@id='tracker']/@hx-get") == [tracking.at]
    assert page.xpath("//noscript/meta/@content") == ["3"]


def test_a_script_gets_the_part_alone_and_it_is_what_the_page_shows(tracking):
    part = part_of(tracking)

    assert "<html" not in part.content.decode()
    (shown,) = html.fromstring(tracking.client.get(tracking.at).content.decode()).xpath(
        "//*[@id='tracker']"
    )
    assert words_of(part) == " ".join(shown.text_content().split())


def test_once_a_step_waits_the_page_goes_there(alice):
    alice.come_to("enter_tax_id").send(alice.right_answers("enter_tax_id"))
    assert alice.step == "track"
    assert part_of(alice).headers.get("HX-Redirect") is None

    waiting = alice.at
    alice.wait()
    answer = alice.client.get(waiting, headers=BY_SCRIPT)

    assert answer["HX-Redirect"] == alice.address("confirm_company")
    assert alice.client.get(waiting)["Location"] == alice.address("confirm_company")


def test_the_open_shop_stops_the_following(tracking):
    tracking.wait()
    page = html.fromstring(tracking.text)

    assert "The shop is open" in tracking.words
    assert not page.xpath("//*[@id='tracker']/@hx-get")
    assert not page.xpath("//noscript/meta")
    assert page.xpath("//form/@action")[-1] == tracking.address("shop")


def test_a_refused_company_is_told_why_and_nothing_follows(unit):
    alice = Applicant(cnpj=next(invented_numbers(status="closed"))).come_to("track").wait()
    page = html.fromstring(alice.text)

    assert not page.xpath("//*[@id='tracker']/@hx-get")
    assert not page.xpath(f"//form[@action='{alice.address('shop')}']")
    assert alice.client.post(alice.address("shop")).status_code == 409


def test_what_waits_for_a_person_says_so(unit):
    alice = Applicant(cnpj=next(invented_numbers(status="suspended"))).come_to("track").wait()

    assert "with our team" in alice.words
    assert "Somebody looks at your application" in alice.words


def test_a_silent_system_is_told_honestly_and_once_the_promise_is_broken(unit, tracking):
    open_erp(unit.erp).break_next("create_customer", "busy", times=100)
    tracking.wait()
    assert "slow" not in tracking.words
    application = tracking.application
    application.clocks["access"]["due"] = (timezone.now() - timedelta(seconds=1)).isoformat()
    application.save(update_fields=["clocks"])

    assert "Your application is safe" in tracking.open("track").words


def test_what_a_system_has_refused_is_not_said_to_be_done(unit, tracking):
    open_erp(unit.erp).break_next("create_customer", "failed")
    tracking.wait()

    assert "Somebody from our team completes your account" in tracking.words
    assert "Your account is ready" not in tracking.words
    assert "We create your account" not in tracking.words


def test_a_silent_register_leads_on_to_typing_by_hand(unit, alice):
    open_registry(unit.registry).break_next("find_company", "failed")
    alice.come_to("enter_tax_id").send(alice.right_answers("enter_tax_id")).wait()

    assert alice.step == "confirm_company"
    assert "Federal register" not in alice.words


# ── the demo's mailbox ──────────────────────────────────────────────────────────────────────


def test_the_mailbox_shows_an_applicants_own_mail_in_the_demo(alice, settings):
    settings.ATRIO_DEMO = True
    alice.come_to("prove_email")
    Applicant(email="mallory@marupanga.example").come_to("prove_email")

    (address,) = html.fromstring(alice.text).xpath("//a[contains(@href, '/mail/')]/@href")
    mail = words_of(alice.client.get(address))

    assert "alice@ventorim.example" in mail
    assert "mallory@marupanga.example" not in mail


def test_outside_the_demo_there_is_no_mailbox(alice):
    alice.come_to("prove_email")

    assert "/mail/" not in alice.text
    assert alice.client.get(alice.address("mail")).status_code == 404
