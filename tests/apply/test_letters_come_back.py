"""A letter that comes back: the customer is told where they look, and mends it; the desk sees."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from lxml import html

from atrio.identity.models import User
from atrio.kernel.queue import run_pending
from atrio.notices.actions import note_returned
from atrio.notices.models import Message
from atrio.onboarding.models import Application, Fact
from atrio.onboarding.reminders import actions as reminders
from atrio.outside.invented import invented_numbers
from atrio.parties.models import LegalEntity
from tests.apply.people import EMAIL, Applicant, entries
from tests.onboarding.house import code_sent_to, hire
from tests.parties.customers import Browser, become_customer

BETTER = "alice.prado@ventorim.example"


@pytest.fixture
def waiting(unit):
    """Alice, whose company is suspended: she has sent everything, and a person looks."""
    return Applicant(cnpj=next(invented_numbers(status="suspended"))).come_to("track").wait()


def come_back(applicant, *, notice="code"):
    """Let the latest letter of a kind to somebody come back, and the background hear of it."""
    run_pending()
    letter = Message.objects.filter(application_id=applicant.application.pk, notice=notice)
    Message.objects.filter(pk=letter.latest("id").pk).update(status="sent")
    assert note_returned(letter.latest("id").pk, error="550 nobody here", now=timezone.now())
    run_pending()


def link_of(applicant):
    return html.fromstring(applicant.text).xpath("//div[contains(@class, 'note-warn')]//a/@href")


def test_who_waits_for_a_code_learns_that_the_address_is_wrong_and_corrects_it(alice):
    alice.come_to("prove_email")
    come_back(alice)

    alice.open("prove_email")
    assert f"Our letters to {EMAIL} come back" in alice.words
    assert link_of(alice) == [alice.address("give_contact")]
    assert (alice.application.signal, alice.application.returned_from) == ("returned", EMAIL)
    assert len(entries("application.unreachable")) == 1

    alice.open("give_contact").send(alice.inputs | {"contact.email": BETTER})
    assert alice.step == "prove_email"
    assert "come back" not in alice.words
    alice.send({"proof.code": code_sent_to(BETTER)})
    assert alice.step == "check_and_submit"
    assert not alice.application.returned_from


def test_who_reads_the_letter_after_all_has_an_address_that_works(alice):
    alice.come_to("prove_email")
    come_back(alice)

    alice.send({"proof.code": code_sent_to(EMAIL)})

    assert not alice.application.returned_from


def test_it_is_noted_once_and_nobody_is_written_to_about_it(alice):
    alice.come_to("prove_email")
    before = Message.objects.count()
    for _ in range(2):
        come_back(alice)

    assert len(entries("application.unreachable")) == 1
    assert Message.objects.count() == before


def test_an_old_address_that_fails_later_is_nobodys_concern(alice):
    alice.come_to("prove_email")
    alice.open("give_contact").send(alice.inputs | {"contact.email": BETTER})
    Message.objects.filter(to=BETTER).update(notice="code to another")

    come_back(alice)

    assert not alice.application.returned_from


def test_no_reminder_goes_where_letters_come_back_from(alice):
    alice.come_to("check_and_submit")
    come_back(alice)

    reminders.remind(now=timezone.now() + timedelta(days=1, hours=1))

    assert not Message.objects.filter(notice="reminder").exists()


def test_after_the_submission_another_address_is_proved_before_it_counts(waiting):
    come_back(waiting)
    waiting.open("track")
    assert f"Our letters to {EMAIL} come back" in waiting.words
    (way,) = link_of(waiting)

    page = waiting.client.post(way, {"email": BETTER}, follow=True)
    assert BETTER in page.content.decode()
    assert email_of(waiting) == EMAIL
    wrong = waiting.client.post(way, {"code": "000000"})
    assert wrong.status_code == 422
    assert email_of(waiting) == EMAIL

    waiting._follow(waiting.client.post(way, {"code": code_sent_to(BETTER)}, follow=True))

    assert waiting.step == "track"
    assert f"We write to {BETTER} from now on" in waiting.words
    assert "come back" not in waiting.words
    assert email_of(waiting) == BETTER
    assert not waiting.application.returned_from
    (told,) = entries("address.changed")
    assert told.by_kind == "applicant"


def email_of(applicant):
    facts = Fact.objects.filter(application=applicant.application, field="contact.email")
    return facts.latest("id").value


@pytest.mark.parametrize("typed", ["", "alice", EMAIL])
def test_what_takes_no_letters_is_not_offered_again(waiting, typed):
    come_back(waiting)

    page = waiting.client.post(waiting.address("address"), {"email": typed})

    assert page.status_code == 422
    assert not Message.objects.filter(notice="code", to=BETTER).exists()


def test_one_may_think_of_yet_another_one(waiting):
    come_back(waiting)
    way = waiting.address("address")
    waiting.client.post(way, {"email": BETTER})

    waiting.client.post(way, {"again": "yes"})

    assert 'name="email"' in waiting.client.get(way).content.decode()


def test_whoever_only_has_the_link_changes_nothing(waiting):
    """The browser that typed the first code may; a link may have been passed on."""
    come_back(waiting)
    other = Browser(headers={"accept-language": "en"})

    page = other.get(waiting.address("track")).content.decode()
    assert "a•••@ventorim.example come back. Please write to ola@nordlicht.example" in page
    assert EMAIL not in page
    answer = other.post(waiting.address("address"), {"email": "mallory@elsewhere.example"})

    assert answer["Location"] == waiting.address("")
    assert not Message.objects.filter(to="mallory@elsewhere.example").exists()


def test_as_long_as_letters_arrive_nothing_can_be_changed(waiting):
    answer = waiting.client.post(waiting.address("address"), {"email": BETTER})

    assert answer["Location"] == waiting.address("")
    assert not Message.objects.filter(to=BETTER).exists()


def test_who_comes_to_a_customers_account_keeps_the_address_that_was_decided_by(unit):
    ours = become_customer(unit)
    number = LegalEntity.objects.get(account=ours.account).tax_id
    bob = Applicant(email="bob@elsewhere.example", cnpj=number).come_to("track").wait()
    assert bob.application.waiting_on in {"admin", "associate"}
    come_back(bob)

    page = bob.client.post(bob.address("address"), {"email": BETTER})

    assert page.status_code == 422
    assert "Please write to us" in page.content.decode()
    assert not Message.objects.filter(to=BETTER).exists()


def test_the_desk_sees_it_at_the_application_and_among_those_who_fill_in(alice, unit):
    carla = hire(unit, "carla@nordlicht.example", "associate")
    alice.come_to("prove_email")
    come_back(alice)
    desk = Browser(headers={"accept-language": "en"})
    desk.come_in(User.objects.get(pk=UUID(carla.id)))

    page = desk.get(f"/desk/applications/{alice.application.pk}/").content.decode()
    assert f"Our letters to {EMAIL} come back" in page
    assert f"our letters to {EMAIL} come back" in desk.get("/desk/drafts/").content.decode()
    assert Application.objects.get(pk=alice.application.pk).signal == "returned"
