"""Helping a customer who is stuck: what is seen, writing, calling; and who may not."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from atrio.kernel.errors import NotAllowed, NotFound
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import note_call, write_to_customer
from atrio.onboarding.actions.help_customer import LETTERS_A_DAY, EnoughWritten
from atrio.onboarding.models import Application, Help
from atrio.onboarding.tokens import applicant
from atrio.timeline.models import Entry
from tests.apply.people import EMAIL, Applicant, words_of
from tests.desk.conftest import branch
from tests.desk.seats import at_the_desk, queries_of
from tests.onboarding.house import furnish, hire
from tests.parties.customers import seen_by

BUDGET = 19
HOSTILE = "Hello <b>you</b> [here](https://evil.example) **now** {company.legal_name}"


@pytest.fixture
def unit(db):
    return furnish(name=uuid4().hex)


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


@pytest.fixture
def desk(carla):
    return at_the_desk(carla)


@pytest.fixture
def alice(unit):
    """Somebody who has given their address and looks for the code."""
    return Applicant().come_to("prove_email")


def page_of(application, part=""):
    return f"/desk/applications/{application.pk}/help/{part}"


def test_the_page_says_where_somebody_stands_and_how_to_reach_them(desk, alice):
    page = desk.get(page_of(alice.application))
    for said in ("Alice Prado", "3 of 5", f"To {EMAIL}", "+55 11 91234-5678"):
        assert said in words_of(page), said
    assert 'href="tel:+5511912345678"' in page.content.decode()


def test_what_was_typed_and_refused_is_seen_with_its_error(desk, unit):
    alice = Applicant().come_to("enter_tax_id")
    alice.send({"company.tax_id": "99.000.003/0001-93", "no.such_field": "hidden"})
    page = words_of(desk.get(page_of(alice.application)))
    assert "99.000.003/0001-93 A digit of this CNPJ is wrong" in page
    assert "hidden" not in page
    assert "There is no email address yet" in page


def test_a_secret_that_was_typed_is_nobody_elses_to_read(desk, alice):
    alice.send({"proof.code": "314159"})
    page = words_of(desk.get(page_of(alice.application)))
    assert "This code is not the one we sent" in page
    assert "314159" not in page


def test_words_reach_the_customer_by_letter_and_on_their_own_page(desk, alice):
    answer = desk.post(
        page_of(alice.application, "write"), {"text": "Look in the spam folder.\nCarla"}
    )
    assert answer.status_code == 302

    letter = Message.objects.get(notice="help")
    assert letter.to == EMAIL
    assert "Carla from our team writes to you:\n\nLook in the spam folder.\nCarla" in letter.text
    assert "Look in the spam folder.<br>Carla" in letter.html
    alice.open("prove_email")
    assert "Carla of Nordlicht Supplies Brasil wrote to you on" in alice.words
    assert "Look in the spam folder." in alice.words
    assert "Carla" in words_of(desk.get(page_of(alice.application)))
    assert Entry.objects.filter(what="help.written", by_label="Carla").count() == 1
    assert str(Application.objects.get().owner) == "Carla"


def test_only_a_proved_address_gets_the_link_that_lets_its_reader_in(desk, alice):
    desk.post(page_of(alice.application, "write"), {"text": "Before"})
    assert "not proved yet" in words_of(desk.get(page_of(alice.application)))
    alice.pass_by("prove_email")
    desk.post(page_of(alice.application, "write"), {"text": "After"})
    assert "not proved yet" not in words_of(desk.get(page_of(alice.application)))
    before, after = Message.objects.filter(notice="help").order_by("id")
    assert f"/apply/{alice.token}/" not in before.text + before.html
    assert f"/apply/{alice.token}/" in after.text


def test_the_key_in_the_letter_is_not_shown_at_the_desk(desk, alice):
    alice.pass_by("prove_email")
    desk.post(page_of(alice.application, "write"), {"text": "Hello"})
    letter = Message.objects.get(notice="help")
    page = desk.get(f"/desk/outbox/{letter.pk}/").content.decode()
    assert "Hello" in page
    assert alice.token not in page
    assert alice.token not in desk.get(page_of(alice.application)).content.decode()


def test_words_with_marks_and_names_in_them_are_nothing_but_words(desk, alice):
    desk.post(page_of(alice.application, "write"), {"text": HOSTILE})
    letter = Message.objects.get(notice="help")
    assert HOSTILE in letter.text
    assert "&lt;b&gt;you&lt;/b&gt; [here](https://evil.example) **now**" in letter.html
    alice.open("prove_email")
    assert "<b>you</b>" not in alice.text
    assert HOSTILE in alice.words
    assert "<b>you</b>" not in desk.get(page_of(alice.application)).content.decode()


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001, "nul \x00"])
def test_what_cannot_be_sent_is_told_and_stays_as_it_was_typed(desk, alice, text):
    answer = desk.post(page_of(alice.application, "write"), {"text": text})
    assert answer.status_code == 422
    assert 'id="f-text-error"' in answer.content.decode()
    assert not Help.objects.exists()


def test_a_second_click_sends_no_second_letter(desk, alice):
    for _click in range(2):
        desk.post(page_of(alice.application, "write"), {"text": "Hello"})
    assert Message.objects.filter(notice="help").count() == 1


def test_nobody_is_buried_in_letters(carla, alice):
    now = timezone.now()
    for number in range(LETTERS_A_DAY):
        say(carla, alice, f"Letter {number}", now)
    with pytest.raises(EnoughWritten):
        say(carla, alice, "One more", now)
    assert say(carla, alice, "The next day", now + timedelta(days=1, seconds=1)) == EMAIL


def say(by, alice, text, now):
    return write_to_customer(by=by, application_id=alice.application.pk, text=text, now=now)


def test_without_an_address_there_is_nothing_to_send_to(desk, unit):
    alice = Applicant().come_to("enter_tax_id")
    answer = desk.post(page_of(alice.application, "write"), {"text": "Hello"}, follow=True)
    assert "There is no email address yet" in words_of(answer)
    assert not Help.objects.exists()


def test_a_call_is_noted_and_a_missed_one_is_told_to_the_customer(desk, alice):
    desk.post(
        page_of(alice.application, "call"), {"outcome": "not_reached", "note": "Engaged. Secret."}
    )
    assert "called: not reached" in words_of(desk.get(page_of(alice.application)))
    assert "Engaged. Secret." in words_of(desk.get(page_of(alice.application)))
    alice.open("prove_email")
    assert "Carla of Nordlicht Supplies Brasil tried to call you on" in alice.words
    assert "Engaged" not in alice.words


def test_somebody_who_was_reached_need_not_be_told(desk, alice):
    desk.post(page_of(alice.application, "call"), {"outcome": "reached"})
    alice.open("prove_email")
    assert "call you" not in alice.words


def test_a_next_call_is_noted_in_the_time_of_the_desk_and_told(desk, unit, alice):
    unit.time_zone = "America/Sao_Paulo"
    unit.save(update_fields=["time_zone"])
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%d")
    desk.post(
        page_of(alice.application, "call"), {"outcome": "will_call", "call_at": f"{tomorrow}T15:30"}
    )
    noted = Help.objects.get().call_at
    assert noted.isoformat() == f"{tomorrow}T18:30:00+00:00"
    page = words_of(desk.get(page_of(alice.application)))
    assert re.search(r"calls again on \S+ 3:30 p\.m\.", page)
    alice.open("prove_email")
    assert re.search(r"calls you on \S+ 3:30 p\.m\.", alice.words)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"outcome": "no such outcome"},
        {"outcome": "will_call"},
        {"outcome": "will_call", "call_at": "soon"},
        {"outcome": "will_call", "call_at": "2026-02-30T10:00"},
        {"outcome": "will_call", "call_at": "2001-01-01T10:00"},
        {"outcome": "will_call", "call_at": "9999-12-31T23:59"},
        {"outcome": "reached", "note": "x" * 501},
    ],
)
def test_a_call_that_makes_no_sense_is_not_noted(desk, alice, said):
    answer = desk.post(page_of(alice.application, "call"), said)
    assert answer.status_code == 422
    assert not Help.objects.exists()


def test_nobody_helps_with_what_is_over(desk, alice):
    Application.objects.update(status="declined", finished_at=timezone.now())
    page = desk.get(page_of(alice.application))
    assert "The application is over." in words_of(page)
    assert "<textarea" not in page.content.decode()
    answer = desk.post(page_of(alice.application, "write"), {"text": "Hello"}, follow=True)
    assert "The application is over." in words_of(answer)
    assert not Message.objects.filter(notice="help").exists()


def test_for_those_who_only_look_there_is_no_help_to_give(unit, alice):
    martin = hire(unit, "martin@nordlicht.example", "manager", "process_owner", "regional_admin")
    browser = at_the_desk(martin)
    assert browser.get(page_of(alice.application)).status_code == 404
    assert page_of(alice.application) not in browser.get("/desk/drafts/").content.decode()
    for part in ("write", "call"):
        assert browser.post(page_of(alice.application, part)).status_code == 404
    with pytest.raises(NotAllowed):
        say(martin, alice, "Hello", timezone.now())


def test_mallory_of_another_unit_finds_nobody_to_help(unit, alice):
    mallory = hire(branch("elsewhere"), "mallory@elsewhere.example", "associate", "admin")
    browser = at_the_desk(mallory)
    assert browser.get(page_of(alice.application)).status_code == 404
    assert browser.post(page_of(alice.application, "write"), {"text": "x"}).status_code == 404
    with pytest.raises(NotFound):
        note_call(
            by=mallory,
            application_id=alice.application.pk,
            outcome=Help.Outcome.REACHED,
            note="",
            call_at=None,
            now=timezone.now(),
        )


def test_an_applicant_reads_their_own_help_and_nobody_elses(desk, alice):
    desk.post(page_of(alice.application, "write"), {"text": "For Alice alone"})
    mallory = Applicant(email="mallory@marupanga.example").come_to("enter_tax_id")
    Application.objects.filter(pk=mallory.application.pk).update(helped_at=timezone.now())
    mallory.open("enter_tax_id")
    assert "For Alice alone" not in mallory.words
    with seen_by(actor_of(mallory)):
        assert not Help.objects.exists()
    with seen_by(actor_of(alice)):
        assert Help.objects.count() == 1


def actor_of(somebody):
    return applicant(somebody.token)


def test_the_letter_keeps_the_customers_language(desk, unit):
    alice = Applicant(language="de").come_to("prove_email")
    desk.post(page_of(alice.application, "write"), {"text": "Hallo"})
    run_pending()
    letter = Message.objects.get(notice="help")
    assert "Carla aus unserem Team schreibt Ihnen" in letter.text


def test_the_page_costs_the_same_however_often_somebody_was_helped(desk, carla, alice):
    say(carla, alice, "The first letter", timezone.now())
    address = page_of(alice.application)
    few = queries_of(desk, address)
    for number in range(5):
        say(carla, alice, f"Letter {number}", timezone.now())
    assert queries_of(desk, address) == few <= BUDGET


def test_an_applicant_whom_nobody_helped_pays_nothing_for_it(desk, alice):
    without = asked_by(alice)
    desk.post(page_of(alice.application, "call"), {"outcome": "not_reached"})
    assert asked_by(alice) == without + 2  # who helped, and for which house


def asked_by(alice):
    with CaptureQueriesContext(connection) as caught:
        alice.open("prove_email")
    return len(caught)
