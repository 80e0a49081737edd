"""Signing in by a code sent to one's address, and signing out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from atrio.identity.actions import ensure_user
from atrio.identity.models import User
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.seller.models import Staff
from tests.identity.conftest import ALICE, ASK, CODE, code_sent_to
from tests.parties.customers import Browser, become_customer, make_unit

OUT = "/sign-out/"
pytestmark = pytest.mark.django_db


def is_in(browser):
    return browser.get("/home/").get("Location", "") == "/cabinet/"


def test_a_code_from_the_email_signs_in(alice):
    browser = Browser()
    answer = browser.post(ASK, {"email": ALICE})
    assert answer["Location"] == CODE

    answer = browser.post(CODE, {"code": code_sent_to(ALICE)})

    assert answer["Location"] == "/home/"
    assert is_in(browser)


@pytest.mark.parametrize("typed", [str.lower, lambda code: f" {code.replace('-', '')} "])
def test_a_code_may_be_typed_as_people_type(alice, typed):
    browser = Browser()
    browser.post(ASK, {"email": ALICE.upper()})

    browser.post(CODE, {"code": typed(code_sent_to(ALICE))})

    assert is_in(browser)


def test_the_mail_goes_through_the_outbox_and_is_a_secret(alice):
    Browser().post(ASK, {"email": ALICE})

    mail = Message.objects.get()
    assert mail.is_secret
    assert code_sent_to(ALICE) not in mail.subject
    run_pending()
    mail.refresh_from_db()
    assert mail.status == "sent"


@pytest.mark.parametrize(
    ("language", "subject", "text"),
    [
        ("de", "Ihr Code zum Anmelden", "mit diesem Code melden Sie sich an"),
        ("pt-br", "Seu código de acesso", "Com este código você entra"),
    ],
)
def test_the_mail_speaks_the_language_of_the_page(alice, language, subject, text):
    Browser(headers={"accept-language": language}).post(ASK, {"email": ALICE})

    mail = Message.objects.get()
    assert mail.language == language
    assert mail.subject == subject
    assert text in mail.text


def test_a_wrong_code_is_told_as_politely_as_everything_else(alice):
    browser = Browser(headers={"accept-language": "de"})
    browser.post(ASK, {"email": ALICE})

    for _ in range(2):
        answer = browser.post(CODE, {"code": "BBBB-BBBB"}).content.decode()
        assert "Das ist nicht der Code, den wir gesendet haben" in answer
    browser.post(CODE, {"code": "BBBB-BBBB"})

    answer = browser.get(ASK).content.decode()
    assert "Das war zu oft. Bitte versuchen Sie es in ein paar Minuten wieder." in answer


def test_after_signing_in_one_comes_back_to_where_one_wanted_to_go(alice):
    browser = Browser()
    browser.post(f"{ASK}?next=/cabinet/shop/", {"email": ALICE})

    answer = browser.post(CODE, {"code": code_sent_to(ALICE), "next": "/cabinet/shop/"})

    assert answer["Location"] == "/cabinet/shop/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_elsewhere(alice, elsewhere):
    browser = Browser()
    browser.post(ASK, {"email": ALICE, "next": elsewhere})

    answer = browser.post(CODE, {"code": code_sent_to(ALICE), "next": elsewhere})

    assert answer["Location"] == "/home/"


def said(email):
    """Return everything somebody without the mailbox can see of asking for a code."""
    browser = Browser()
    asked = browser.post(ASK, {"email": email})
    page = browser.get(CODE).content.decode()
    wrong = browser.post(CODE, {"code": "BBBB-BBBB"})
    pages = [page, wrong.content.decode()]
    hidden = re.compile(r'(name="csrfmiddlewaretoken" value=)"\w+"')
    return (
        asked.status_code,
        asked["Location"],
        wrong.status_code,
        [hidden.sub(r"\1", text).replace(email, "…") for text in pages],
        sorted(browser.cookies),
    )


def test_known_and_unknown_addresses_are_told_the_same(alice):
    assert said(ALICE) == said("nobody@ventorim.example")


def test_known_and_unknown_addresses_take_the_same_work(alice):
    """Time is the sum of the work: as many statements, as many mails."""
    work = {}
    Browser().post(ASK, {"email": "warm@up.example"})
    for email in (ALICE, "nobody@ventorim.example"):
        with CaptureQueriesContext(connection) as queries:
            Browser().post(ASK, {"email": email})
        work[email] = [re.sub(r"'[^']*'|\d+", "?", query["sql"])[:60] for query in queries]
        assert Message.objects.filter(to=email).count() == 1

    assert work[ALICE] == work["nobody@ventorim.example"]


def test_an_unknown_address_is_invited_instead_of_let_in():
    browser = Browser()
    browser.post(ASK, {"email": "nobody@ventorim.example"})

    mail = Message.objects.get()
    assert not re.search(r"[A-Z]{4}-[A-Z]{4}", mail.text)
    assert browser.get(re.search(r"http://testserver(/\S+)", mail.text)[1])["Location"] == "/"
    for code in ("", " ", "None", "null", "BBBB-BBBB"):
        browser.post(CODE, {"code": code})
    assert not is_in(browser)
    assert not User.objects.exists()


def test_three_wrong_codes_and_the_right_one_is_worth_nothing(alice):
    browser = Browser()
    browser.post(ASK, {"email": ALICE})
    code = code_sent_to(ALICE)

    for _ in range(3):
        browser.post(CODE, {"code": "BBBB-BBBB"})
    browser.post(CODE, {"code": code})

    assert not is_in(browser)


def test_a_code_is_good_for_ten_minutes(alice, monkeypatch):
    browser = Browser()
    browser.post(ASK, {"email": ALICE})
    session = browser.session
    session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] -= 601
    session.save()

    browser.post(CODE, {"code": code_sent_to(ALICE)})

    assert not is_in(browser)


def test_a_code_works_only_in_the_browser_that_asked_for_it(alice):
    Browser().post(ASK, {"email": ALICE})
    thief = Browser()

    thief.post(CODE, {"code": code_sent_to(ALICE)})

    assert not is_in(thief)


def test_a_code_works_once(alice):
    browser = Browser()
    browser.post(ASK, {"email": ALICE})
    code = code_sent_to(ALICE)
    browser.post(CODE, {"code": code})
    browser.post(OUT)

    browser.post(CODE, {"code": code})

    assert not is_in(browser)


def test_an_address_that_was_mistyped_can_be_typed_again(alice):
    browser = Browser()
    browser.post(ASK, {"email": "alic@ventorim.example"})
    assert browser.get(ASK).status_code == 200

    browser.post(ASK, {"email": ALICE})
    browser.post(CODE, {"code": code_sent_to(ALICE)})

    assert is_in(browser)


def test_codes_for_one_address_are_limited(alice):
    answers = [Browser().post(ASK, {"email": ALICE}).status_code for _ in range(5)]

    assert answers == [302, 302, 302, 200, 200]
    assert Message.objects.count() == 3


def test_a_locked_user_is_told_what_strangers_are_told(alice):
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    locked = said(ALICE)

    assert locked == said("nobody@ventorim.example")
    assert not Message.objects.filter(text__regex="[A-Z]{4}-[A-Z]{4}").exists()


def test_a_user_locked_between_address_and_code_does_not_get_in(alice):
    browser = Browser()
    browser.post(ASK, {"email": ALICE})
    alice.is_active = False
    alice.save(update_fields=["is_active"])

    answer = browser.post(CODE, {"code": code_sent_to(ALICE)})

    assert answer["Location"] == ASK
    assert not is_in(browser)


def test_signing_in_gives_the_session_a_new_key(alice):
    browser = Browser()
    browser.post(ASK, {"email": ALICE})
    before = browser.session.session_key

    browser.post(CODE, {"code": code_sent_to(ALICE)})

    assert browser.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_out_ends_the_session(alice):
    browser = Browser().come_in(alice)
    assert is_in(browser)
    stolen = browser.cookies["sessionid"].value

    answer = browser.post(OUT)

    assert answer["Location"] == "/"
    thief = Browser()
    thief.cookies["sessionid"] = stolen
    assert not is_in(thief)


def test_signing_out_takes_a_post(alice):
    browser = Browser().come_in(alice)

    assert browser.get(OUT).status_code == 405
    assert is_in(browser)


def test_staff_go_to_the_desk_and_customers_to_the_cabinet(alice):
    unit = make_unit()
    customer = become_customer(unit)
    carla = ensure_user(email="carla@nordlicht.example", name="Carla", language="en")
    Staff.objects.create(user=carla, business_unit=unit, role="associate")

    assert Browser().come_in(carla).get("/home/")["Location"] == "/desk/"
    assert Browser().come_in(customer.user).get("/home/")["Location"] == "/cabinet/"
    assert Browser().get("/home/")["Location"].startswith(ASK)


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "email/", "accounts/login/"])
def test_there_is_no_other_way_in(path):
    assert Browser().get(f"/{path}").status_code == 404


def test_no_string_breaks_signing_in(alice, naughty):
    for text in naughty[::10]:
        browser = Browser(REMOTE_ADDR=f"127.0.0.{len(text) % 250}")
        assert browser.post(ASK, {"email": text, "next": text}).status_code in {200, 302, 429}
    browser = Browser()
    browser.post(ASK, {"email": ALICE})
    for text in naughty[::10]:
        assert browser.post(CODE, {"code": text, "next": text}).status_code in {200, 302}
    assert not is_in(browser)


def test_an_old_session_says_nothing_after_its_time(alice):
    browser = Browser().come_in(alice)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert not is_in(browser)
