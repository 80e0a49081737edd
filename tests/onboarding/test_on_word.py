"""One of ours withdraws at the customer's word: kept, told to the customer, and not by anybody."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from atrio.kernel.errors import NotAllowed, NotFound
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import withdraw_on_word
from atrio.onboarding.actions._credit import CreditGranted
from atrio.onboarding.actions._helping import NothingToHelp
from atrio.onboarding.actions.decide_step import SomebodyElseDecides
from atrio.onboarding.actions.withdraw_on_word import NobodySaidSo, Word
from atrio.onboarding.models import Application, Help
from atrio.outside.invented import invented_numbers
from atrio.parties.models import Account
from atrio.seller.models import BusinessUnit
from atrio.timeline.models import Entry
from tests.onboarding.applying import Applicant
from tests.onboarding.house import furnish, hire
from tests.onboarding.test_credit_withdrawal import asking, decide

pytestmark = pytest.mark.django_db
BY_TELEPHONE = Word("Alice <b>Prado</b>", "telephone", "Bought elsewhere")


@pytest.fixture
def unit():
    return furnish(name=uuid4().hex)


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


@pytest.fixture
def referred(unit):
    return Applicant(number=next(invented_numbers(status="suspended"))).sent()


def withdraw(by, applicant, word=BY_TELEPHONE):
    application = withdraw_on_word(
        by=by, application_id=applicant.pk, word=word, now=timezone.now()
    )
    run_pending()
    return application


def test_whose_word_it_was_and_how_it_came_is_kept(referred, carla):
    withdraw(carla, referred)

    application = referred.application
    assert (application.status, application.waiting_on) == ("withdrawn", "nobody")
    assert application.owner_id is None
    kept = Help.objects.get()
    assert (kept.kind, kept.channel, kept.said_by) == (
        "withdrew",
        "telephone",
        BY_TELEPHONE.said_by,
    )
    assert (kept.text, kept.by_id) == ("Bought elsewhere", carla.id)
    said = Entry.objects.get(what="application.withdrawn")
    assert (said.by_kind, said.data["channel"]) == ("staff", "telephone")
    assert said.data["said_by"] == BY_TELEPHONE.said_by


def test_the_letter_names_them_and_says_what_to_do_if_it_was_not_you(referred, carla):
    withdraw(carla, referred)

    letter = Message.objects.get(notice="withdrawn_on_word")
    assert letter.to == referred.email
    for said in ("Alice <b>Prado</b>", "told us by telephone", carla.label, "know nothing of this"):
        assert said in letter.text, said
    assert "Bought elsewhere" not in letter.text  # for colleagues
    assert "Alice &lt;b&gt;Prado" in letter.html
    assert not Message.objects.filter(notice="withdrawn").exists()


def test_a_letter_goes_to_a_proved_address_alone(unit, carla):
    named = Applicant().go_to("prove_email")
    withdraw(carla, named)

    assert named.application.status == "withdrawn"
    assert not Message.objects.filter(notice="withdrawn_on_word").exists()


def test_said_twice_it_is_withdrawn_once(referred, carla):
    withdraw(carla, referred)
    withdraw(carla, referred)

    assert Help.objects.count() == Message.objects.filter(notice="withdrawn_on_word").count() == 1


@pytest.mark.parametrize("word", [Word("", "telephone"), Word("Alice", ""), Word("Alice", "owl")])
def test_without_somebodys_word_nothing_is_withdrawn(referred, carla, word):
    with pytest.raises(NobodySaidSo):
        withdraw(carla, referred, word)

    assert referred.application.status == "open"


def test_who_sells_or_only_looks_or_works_elsewhere_withdraws_nothing(referred, unit):
    seller = hire(unit, "bruno@nordlicht.example", "associate")
    Application.objects.filter(pk=referred.pk).update(sold_by=UUID(seller.id))
    manager = hire(unit, "martin@nordlicht.example", "manager")
    other = BusinessUnit.objects.get(code=unit.code)
    other.pk, other.code = None, "elsewhere"
    other.save(force_insert=True)
    stranger = hire(other, "mallory@elsewhere.example", "associate")

    for by, refusal in (
        (seller, SomebodyElseDecides),
        (manager, NotAllowed),
        (stranger, NotFound),
        (referred.actor, NotAllowed),
    ):
        with pytest.raises(refusal):
            withdraw(by, referred)
    assert referred.application.status == "open"


def test_beside_an_open_shop_it_is_the_request_for_a_credit_line_alone(unit, carla):
    alice = asking()
    withdraw(carla, alice, Word("Alice Prado", "letter"))

    application = alice.application
    assert (application.status, application.account_id) == ("done", Account.objects.get().pk)
    assert "credit_withdrawn" in application.ends
    assert Help.objects.get().kind == "no_credit"
    letter = Message.objects.get(notice="credit_withdrawn_on_word")
    assert "told us by letter" in letter.text
    assert not Message.objects.filter(notice="credit_withdrawn").exists()
    with pytest.raises(NothingToHelp):
        withdraw(carla, alice)


def test_what_is_being_written_to_the_erp_is_not_said_to_be_withdrawn(unit, carla):
    alice = asking()
    decide(carla, alice, verdict="grant", limit="4000")

    with pytest.raises(CreditGranted):
        withdraw(carla, alice)

    assert not Help.objects.exists()
