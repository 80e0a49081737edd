"""The link goes to who has proved the address, in measure; nobody learns whether there is one."""

from __future__ import annotations

import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from atrio.kernel.actors import Actor
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import (
    answer_link_request,
    ask_for_links,
    forget_link_requests,
    send_link,
    withdraw_application,
)
from atrio.onboarding.actions.send_link import (
    MOST_A_DAY,
    MOST_FOR_AN_ADDRESS,
    MOST_FROM_A_BROWSER,
    AddressNotProved,
    LinkTooSoon,
    NotAnAddress,
    NoWordsForIt,
)
from atrio.onboarding.models import LinkRequest
from atrio.timeline.models import Entry
from tests.onboarding.applying import Applicant
from tests.onboarding.house import furnish
from tests.parties.customers import seen_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return furnish(name=uuid4().hex)


@pytest.fixture
def alice(unit):
    """Alice, who has proved her address."""
    return Applicant().go_to("check_and_submit")


def send(applicant, **after):
    with seen_by(applicant.actor):
        return send_link(by=applicant.actor, now=timezone.now() + timedelta(**after))


def ask(email, *, visit=None, **after):
    """Ask as a visitor does, and let the background answer."""
    visit = visit or uuid4()
    with seen_by(Actor(kind="applicant", id=str(visit))):
        ask_for_links(email=email, visit=visit, now=timezone.now() + timedelta(**after))
    run_pending()


def links():
    return list(Message.objects.filter(notice="resume").order_by("id"))


def test_an_applicant_gets_the_link_to_the_address_they_have_proved(alice):
    assert send(alice) == alice.email

    (letter,) = links()
    assert letter.to == alice.email
    assert f"/apply/{alice.pk.hex}~" in letter.text
    assert Entry.objects.get(what="link.sent").by_kind == "applicant"


@pytest.mark.parametrize("step", ["give_contact", "prove_email"])
def test_an_address_that_is_not_proved_gets_none(unit, step):
    with pytest.raises(AddressNotProved):
        send(Applicant().go_to(step))
    assert links() == []


def test_a_release_that_has_no_words_for_it_says_so_and_sends_nothing(alice, monkeypatch):
    module = sys.modules[NoWordsForIt.__module__]
    monkeypatch.setattr(module, "NOTICE", "of_a_later_release")

    with pytest.raises(NoWordsForIt):
        send(alice)
    ask(alice.email)

    assert not LinkRequest.objects.exclude(letters=0).exists()


def test_twice_at_once_is_once_and_a_few_a_day_are_enough(alice):
    send(alice)
    with pytest.raises(LinkTooSoon, match="just sent"):
        send(alice, seconds=30)
    for number in range(1, MOST_A_DAY):
        send(alice, minutes=2 * number)
    with pytest.raises(LinkTooSoon, match="several times"):
        send(alice, hours=1)
    send(alice, hours=25)

    assert len(links()) == MOST_A_DAY + 1


def test_what_is_over_has_no_link_to_go_on(alice):
    withdraw_application(by=alice.actor, now=alice.now)

    ask(alice.email)

    assert links() == []


def test_whoever_lost_the_link_gets_one_for_each_open_application(unit, alice):
    other = Applicant()
    other.email = alice.email
    other.go_to("check_and_submit")
    Applicant().go_to("check_and_submit")  # somebody else

    ask(f"  {alice.email.upper()} ")

    assert {letter.to for letter in links()} == {alice.email}
    ids = {alice.pk.hex, other.pk.hex}
    assert {id_ for letter in links() for id_ in ids if id_ in letter.text} == ids
    assert LinkRequest.objects.get().letters == 2


def test_an_address_that_was_only_typed_opens_nothing(unit):
    typed = Applicant().go_to("prove_email")

    ask(typed.email)

    assert links() == []
    assert LinkRequest.objects.get().answered_at


def test_an_address_that_was_proved_and_then_changed_opens_nothing(alice):
    before = alice.email
    alice.answer("give_contact", contact__email="mallory@elsewhere.example")

    ask(before)
    ask("mallory@elsewhere.example")

    assert links() == []


def test_the_letter_speaks_the_language_of_the_application(alice):
    with seen_by(alice.actor):
        alice.application.__class__.objects.update(language="de")

    ask(alice.email)

    assert links()[0].language == "de"
    assert "Weitermachen" in links()[0].text


def test_an_address_is_not_flooded_whoever_asks(alice):
    ask(alice.email)
    ask(alice.email, seconds=10)
    assert len(links()) == 1
    for number in range(1, MOST_FOR_AN_ADDRESS + 3):
        ask(alice.email, minutes=2 * number)

    assert len(links()) == MOST_FOR_AN_ADDRESS
    ask(alice.email, minutes=75)
    assert len(links()) == MOST_FOR_AN_ADDRESS + 1


def test_a_browser_that_tries_many_addresses_gets_no_more_answers(alice):
    visit = uuid4()
    for number in range(MOST_FROM_A_BROWSER):
        ask(f"bob{number}@elsewhere.example", visit=visit, seconds=number)
    ask(alice.email, visit=visit, minutes=1)
    assert links() == []

    ask(alice.email, minutes=3)  # Alice herself, who was not locked out by that
    assert len(links()) == 1


@pytest.mark.parametrize("typed", ["", "alice", "alice@", "a@b", f"{'a' * 300}@b.example"])
def test_what_is_no_address_is_told_so(unit, typed):
    with pytest.raises(NotAnAddress):
        ask_for_links(email=typed, visit=uuid4(), now=timezone.now())
    assert not LinkRequest.objects.exists()


def test_to_ask_costs_the_same_whether_anybody_is_known(alice):
    costs = []
    for email in (alice.email, "nobody@elsewhere.example"):
        with CaptureQueriesContext(connection) as captured:
            ask_for_links(email=email, visit=uuid4(), now=timezone.now())
        costs.append(
            [query["sql"].split()[:3] for query in captured if "SAVEP" not in query["sql"]]
        )

    assert costs[0] == costs[1]


def test_a_request_is_answered_once_however_often_its_job_runs(alice):
    ask(alice.email)
    for _ in range(2):
        answer_link_request(request_id=LinkRequest.objects.get().pk, now=timezone.now())

    assert len(links()) == 1


def test_who_has_asked_is_forgotten_in_time(alice):
    ask(alice.email)
    ask("bob@elsewhere.example", days=2)

    assert forget_link_requests(before=timezone.now() + timedelta(days=1)) == 1
    assert LinkRequest.objects.get().email == "bob@elsewhere.example"
