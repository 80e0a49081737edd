"""Go on on another device: from the page one is on, and from the first page without a link."""

from __future__ import annotations

import re

import pytest
from lxml import html

from atrio.apply.elsewhere import masked
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from tests.apply.people import EMAIL, Applicant, words_of
from tests.parties.customers import Browser


def link_in_the_letter():
    letter = Message.objects.filter(notice="resume").latest("id")
    return re.search(r"https?://[^/\s]+(/apply/[^\s)\"]+)", letter.text)[1]


def another_device():
    return Browser(headers={"accept-language": "en"})


@pytest.mark.parametrize("step", ["check_and_submit", "give_contact"])
def test_every_page_leads_to_where_the_link_is_sent(alice, step):
    alice.come_to("check_and_submit").open(step)
    (way,) = html.fromstring(alice.text).xpath("//a[contains(@href, '/elsewhere/')]/@href")

    page = alice.client.get(way)
    assert "a•••@ventorim.example" in page.content.decode()
    assert EMAIL not in page.content.decode()
    sent = alice.client.post(way, follow=True)

    assert "The link is on its way to a•••@ventorim.example" in words_of(sent)
    there = another_device().get(link_in_the_letter(), follow=True)
    assert there.redirect_chain[-1][0] == alice.address("check_and_submit")


def test_before_the_address_is_proved_there_is_nothing_to_send(alice):
    alice.come_to("give_contact")

    page = alice.client.get(alice.address("elsewhere")).content.decode()
    sent = alice.client.post(alice.address("elsewhere"), follow=True)

    assert "As soon as you have confirmed" in page
    assert "Send the link" not in page
    assert "Please confirm your email address first" in words_of(sent)
    assert not Message.objects.filter(notice="resume").exists()


def test_twice_in_a_row_is_told_kindly(alice):
    alice.come_to("check_and_submit")
    for _ in range(2):
        page = alice.client.post(alice.address("elsewhere"), follow=True)

    assert "We have just sent the link" in words_of(page)
    assert Message.objects.filter(notice="resume").count() == 1


def test_a_customer_is_led_to_the_tracker(alice):
    alice.come_to("track").wait()

    assert "/elsewhere/" not in alice.text
    page = alice.client.get(alice.address("elsewhere"), follow=True)
    assert page.redirect_chain[-1][0] == alice.address("track")


def test_who_lost_the_link_finds_back_from_the_first_page(alice):
    alice.come_to("check_and_submit")
    browser = another_device()
    first = browser.get("/")
    (way,) = html.fromstring(first.content.decode()).xpath(
        "//a[contains(@href, '/apply/continue/')]/@href"
    )
    browser.get(way)

    answer = browser.post(way, {"email": EMAIL}, follow=True)
    run_pending()

    assert "Look into your mail" in words_of(answer)
    there = browser.get(link_in_the_letter(), follow=True)
    assert there.redirect_chain[-1][0] == alice.at


def test_the_answer_is_the_same_whether_anybody_is_known(alice):
    alice.come_to("check_and_submit")

    def answered(email):
        browser = another_device()
        posted = browser.post("/apply/continue/", {"email": email})
        page = browser.get(posted["Location"])
        return posted.status_code, posted["Location"], words_of(page)

    assert answered(EMAIL) == answered("nobody@elsewhere.example")


def test_what_is_no_address_stands_where_it_was_typed(unit):
    page = another_device().post("/apply/continue/", {"email": "alice at ventorim"})

    assert page.status_code == 422
    assert "not an email address" in words_of(page)
    field = html.fromstring(page.content.decode()).get_element_by_id("email")
    assert field.value == "alice at ventorim"
    assert field.get("aria-describedby") == "email-error"


def test_mallory_has_no_link_sent_for_anybody(alice):
    alice.come_to("check_and_submit")
    mallory = Applicant(email="mallory@elsewhere.example").come_to("enter_tax_id")
    forged = alice.token.split("~")[0] + "~" + mallory.token.split("~")[1]

    assert mallory.client.post(f"/apply/{forged}/elsewhere/").status_code == 404
    assert not Message.objects.filter(notice="resume").exists()


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("alice@x.example", "a•••@x.example"),
        ("é@x.example", "é•••@x.example"),
        ("", ""),
    ],
)
def test_an_address_is_shown_to_its_owner_alone(email, shown):
    assert masked(email) == shown
