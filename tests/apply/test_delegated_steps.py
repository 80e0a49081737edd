"""A delegate's link opens one step of one application, as long as it is owed, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html

from atrio.apply.urls import urlpatterns
from atrio.kernel.errors import NotFound
from atrio.notices.models import Message
from atrio.onboarding.actions import delegate_step, note_bounce, withdraw_application
from atrio.onboarding.actions.delegate_step import Asking, NotToBeDelegated
from atrio.onboarding.models import Delegation, EmailProof, Fact, Typed
from atrio.onboarding.tokens import applicant, delegate, delegate_token_for, without_tokens
from atrio.seller.models import BusinessUnit
from tests.apply.colleagues import ASKING, DANA, Colleague, ask, letters
from tests.apply.people import CONTACT, EMAIL, Applicant, words_of
from tests.onboarding.house import furnish, hire
from tests.parties.customers import Browser, be_nobody, seen_by


@pytest.fixture
def dana(alice):
    """Dana, whom Alice has asked for the company's details."""
    alice.come_to("confirm_company")
    ask(alice, "confirm_company")
    return Colleague()


def of_applicants():
    """Every address under which an applicant's token opens something."""
    return [
        pattern.name
        for pattern in urlpatterns
        if "token" in pattern.pattern.converters and pattern.name != "asked"
    ]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_taken_and_the_other_is_told():
    furnish(name=uuid4().hex)
    alice = Applicant().come_to("confirm_company")
    ask(alice, "confirm_company")
    dana = Colleague()
    alice.open("confirm_company")
    together, said = Barrier(2), {}

    def answer(who, browser, address, held):
        together.wait(timeout=20)
        answered = browser.post(address, held | {"company.trade_name": who}, follow=True)
        said[who] = words_of(answered)
        connections.close_all()

    both = [
        Thread(target=answer, args=("Alice", alice.client, alice.at, alice.inputs)),
        Thread(target=answer, args=("Dana", dana.client, dana.at, dana.held)),
    ]
    for each in both:
        each.start()
    for each in both:
        each.join()

    (taken,) = Fact.objects.filter(field="company.trade_name").values_list("value", flat=True)
    if taken == "Alice":
        assert "Nothing left to do" in said["Dana"]
    else:
        assert "has filled this in meanwhile" in said["Alice"]
        assert "Thank you" in said["Dana"]


@pytest.mark.parametrize("name", of_applicants())
def test_it_opens_nothing_that_is_the_applicants(dana, name):
    for element in ("confirm_company", "enter_tax_id", "give_contact"):
        known = {"token": dana.token, "element": element}
        pattern = next(one for one in urlpatterns if one.name == name)
        address = reverse(
            f"apply:{name}", kwargs={key: known[key] for key in pattern.pattern.converters}
        )
        for answered in (dana.client.get(address), dana.client.post(address)):
            assert answered.status_code in {404, 405}
    assert dana.open().page.status_code == 200


def test_a_token_is_of_one_delegation_in_one_application(dana):
    other = Applicant(email="mallory@marupanga.example").come_to("confirm_company")
    mine = Delegation.objects.get()

    forged = delegate_token_for(other.application.pk, mine.pk)

    be_nobody()
    assert dana.client.get(f"/asked/{forged}/").status_code == 404
    assert dana.client.post(f"/asked/{forged}/", {"decline": "yes"}).status_code == 404
    for stranger in (other.token, dana.token[:-1] + "x", mine.pk.hex, f"{dana.token}~x"):
        assert dana.client.get(f"/asked/{stranger}/").status_code == 404
    with pytest.raises(NotFound):
        applicant(dana.token)
    with pytest.raises(NotFound):
        delegate(other.token)
    with seen_by(delegate(dana.token)), pytest.raises(NotFound):
        withdraw_application(by=delegate(dana.token), reason="", now=timezone.now())


def test_the_page_says_who_asks_and_nothing_of_other_steps(alice):
    alice.come_to("check_and_submit")
    ask(alice, "check_and_submit", note="<script>alert(1)</script> see http://evil.example")
    dana = Colleague()

    text = dana.page.content.decode()
    for secret in (
        EMAIL,
        CONTACT["contact.phone"],
        "Alice Prado</dd>",
        alice.application.reference,
    ):
        assert secret not in text
    assert alice.token not in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert not html.fromstring(text).xpath("//main//a[starts-with(@href, 'http')]")


def test_a_letter_to_a_stranger_carries_nobodys_advertisement(alice):
    alice.come_to("confirm_company")
    ask(alice, "confirm_company", name="Win at evil.example", asked_by="http://evil.example/x")

    (letter,) = letters("step_asked")
    assert ASKING["note"] not in letter.text
    for words in (letter.subject, letter.text, letter.html):
        assert "evil.example" not in words
    assert "evil. example" in letter.subject
    assert letter.text.count("http://") + letter.text.count("https://") == 1
    assert Colleague().token not in without_tokens(letter.text)


def test_what_the_link_holds_is_over_when_it_is_taken_back(alice, dana):
    page = alice.client.post(f"{alice.address('confirm_company')}ask/back/", follow=True)

    assert "is not asked any more" in words_of(page)
    assert page.redirect_chain[-1][0] == alice.address("confirm_company")
    dana.answer(company__trade_name="Ventorim Ferragens")  # her page was open meanwhile
    assert "Nothing left to do" in dana.words
    assert "Ventorim Ferragens" in dana.page.content.decode()  # she can still read it
    assert not Fact.objects.filter(value="Ventorim Ferragens").exists()
    dana.open()
    assert "Ventorim" not in dana.words
    again = alice.client.post(f"{alice.address('confirm_company')}ask/back/", follow=True)
    assert "Nobody is asked for this step" in words_of(again)


def test_it_ends_with_its_time_and_can_be_asked_anew(alice, dana):
    Delegation.objects.update(valid_until=timezone.now())

    dana.open()
    assert "This link has run out" in dana.words
    dana.answer(company__trade_name="Late")
    assert not Fact.objects.filter(value="Late").exists()
    alice.open("track")
    assert alice.step == "confirm_company"  # nobody else owes it
    ask(alice, "confirm_company")
    assert [one.ended for one in Delegation.objects.order_by("id")] == ["ran_out", ""]
    assert "asks you for this" in Colleague().words


def test_it_ends_when_the_application_does(alice, dana):
    alice.client.post(alice.address("withdraw"))

    assert "Nothing left to do" in dana.open().words
    dana.answer(company__trade_name="Late")
    assert not Fact.objects.filter(value="Late").exists()
    assert "Nothing left to do" in dana.decline().words


def test_whoever_is_second_is_told_and_loses_nothing(alice, dana):
    alice.open("confirm_company")
    assert "If you fill it in yourself, their link closes" in alice.words
    dana.answer(company__trade_name="From Dana")

    alice.send(alice.inputs | {"company.trade_name": "From Alice"})

    assert "Dana Roth (accounting) has filled this in meanwhile" in alice.words
    assert alice.inputs["company.trade_name"] == "From Alice"
    named = Fact.objects.filter(field="company.trade_name").order_by("id")
    assert [fact.value for fact in named] == ["From Dana"]
    alice.send(alice.inputs)
    assert named.last().value == "From Alice"


def test_when_the_applicant_is_first_the_colleague_is_told(alice, dana):
    alice.open("confirm_company")
    alice.send(alice.inputs | {"company.trade_name": "From Alice"})

    dana.answer(company__trade_name="From Dana")

    assert "Nothing left to do" in dana.words
    assert "From Dana" in dana.page.content.decode()
    assert "From Alice" not in dana.page.content.decode()


def test_what_could_not_be_taken_stands_there_for_both(alice, dana):
    dana.answer(company__legal_name="", company__trade_name="Half")

    assert dana.page.status_code == 422
    assert Typed.objects.get(element="confirm_company").raw["company.trade_name"] == ["Half"]
    assert dana.open().held["company.trade_name"] == "Half"
    assert alice.open("confirm_company").inputs["company.trade_name"] == "Half"


def test_whom_no_letter_reaches_is_not_asked_any_more(alice, dana):
    note_bounce(message_id=letters("step_asked")[0].pk, now=timezone.now())

    alice.open("")
    assert alice.step == "confirm_company"
    assert "Our letter to Dana Roth (accounting) comes back" in alice.words
    assert alice.application.returned_from == ""
    assert "Nothing left to do" in dana.open().words
    ask(alice, "confirm_company", email="dana.roth@ventorim.example")
    assert "asks you for this" in Colleague(email="dana.roth@ventorim.example").words


def test_a_refusal_stands_where_the_applicant_goes_on(alice, dana):
    dana.decline()

    alice.open("confirm_company")
    assert "Dana Roth (accounting) does not fill in “Company”" in alice.words
    assert "Ask again" in alice.words
    alice.send(alice.inputs)
    assert alice.step == "give_contact"


def test_a_postcode_is_looked_up_for_a_colleague_too(alice, dana):
    sent = dana.held | {"company.trade_name": "Half", "look_up": "company.address"}
    page = dana.client.post(dana.at, sent)

    assert page.status_code == 200
    assert 'value="Half"' in page.content.decode()
    assert not Fact.objects.filter(value="Half").exists()


def test_nobody_says_for_the_applicant_who_they_are(alice):
    for step in ("give_contact", "prove_email"):
        alice.come_to(step) if step == "give_contact" else alice.pass_by("give_contact")
        assert "Let a colleague fill this in" not in alice.words
        ask(alice, step)
        with seen_by(applicant(alice.token)), pytest.raises(NotToBeDelegated):
            delegate_step(
                by=applicant(alice.token), step=step, asking=Asking(**ASKING), now=timezone.now()
            )
    assert not Delegation.objects.exists()
    assert not EmailProof.objects.exclude(proved_at=None).exists()


def test_before_it_is_known_what_it_is_about_nobody_is_asked(alice):
    alice.begin()

    assert "Let a colleague fill this in" not in alice.words
    ask(alice, "enter_tax_id")
    assert not Message.objects.exists()


def test_applicants_do_not_learn_who_works_here(alice):
    hire(BusinessUnit.objects.get(), "carla@nordlicht.example", "associate")
    alice.come_to("confirm_company")

    ask(alice, "confirm_company", email="carla@nordlicht.example")

    assert "Waiting for Dana Roth (accounting)" in alice.words


def test_what_is_wrong_is_said_at_its_field(alice):
    alice.come_to("confirm_company")
    for field, wrong, said in (
        ("name", "", "Say whom you ask."),
        ("name", "Dana\u202eRoth", "Please write less, and only letters."),
        ("email", "dana", "This is not an email address."),
        ("asked_by", "", "Say who asks"),
        ("note", "x" * 301, "Please write less"),
    ):
        ask(alice, "confirm_company", **{field: wrong})
        assert alice.page.status_code == 422
        (told,) = html.fromstring(alice.text).xpath(f"//*[@id='{field}-error']")
        assert said in told.text_content()
    assert not Delegation.objects.exists()


def test_strangers_get_few_letters(alice):
    alice.come_to("confirm_company")
    back = f"{alice.address('confirm_company')}ask/back/"
    for number in range(4):
        ask(alice, "confirm_company", email=f"dana{number}@ventorim.example")
        alice.client.post(back)

    assert "We have written to other people several times today" in alice.words
    assert Message.objects.filter(notice="step_asked").count() == 3


def test_one_mailbox_is_nobodys_to_flood(alice, dana):
    elsewhere = Applicant(email="mallory@marupanga.example").come_to("confirm_company")
    Delegation.objects.update(reminders=4, reminded_at=timezone.now())

    ask(elsewhere, "confirm_company", email=DANA.upper())

    assert "We have written to other people several times today" in elsewhere.words
    assert len(letters("step_asked")) == 1


def test_asked_twice_is_asked_once_and_nobody_beside(alice, dana):
    ask(alice, "confirm_company")
    assert len(letters("step_asked")) == 1

    ask(alice, "confirm_company", email="rita@ventorim.example")

    assert "Dana Roth (accounting) is asked for this already" in alice.words
    assert Delegation.objects.count() == 1


def test_a_reminder_is_possible_after_a_while_and_not_for_ever(alice, dana):
    remind = f"{alice.address('confirm_company')}ask/remind/"
    alice.client.post(remind)
    assert not letters("step_asked_again")

    for _each in range(5):
        Delegation.objects.update(
            asked_at=timezone.now() - timedelta(days=2),
            reminded_at=timezone.now() - timedelta(days=2),
        )
        alice.client.post(remind)

    assert len(letters("step_asked_again")) == 3
    alice.open("track")
    assert "reminded on" in alice.words


def test_who_has_asked_nobody_pays_nothing(alice):
    alice.come_to("confirm_company")
    be_nobody()

    with CaptureQueriesContext(connection) as asked:
        alice.open("confirm_company")

    assert not [each for each in asked.captured_queries if "delegation" in each["sql"]]


def test_the_pages_of_a_delegated_step_ask_few_questions(alice, dana):
    for browser, address, most in (
        (dana.client, dana.at, 22),
        (alice.client, alice.address("track"), 24),
    ):
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        assert len(asked) <= most, [each["sql"][:90] for each in asked.captured_queries]


def test_the_letter_speaks_the_applications_language(unit):
    alice = Applicant(language="de").come_to("confirm_company")
    ask(alice, "confirm_company")

    (letter,) = letters("step_asked")
    assert letter.language == "de"
    assert "bittet Sie um einen Schritt" in letter.subject
    page = Browser(headers={"accept-language": "en"}).get(Colleague().at)
    assert "asks you for this" in words_of(page)
