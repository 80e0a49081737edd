"""The code that proves an address: wrong, late, used up, asked for too often, or not theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db.models import F

from atrio.identity.actions import ensure_user
from atrio.identity.models import User
from atrio.notices.models import Message
from atrio.onboarding import rules
from atrio.onboarding.models import EmailProof
from tests.apply.people import EMAIL, Applicant
from tests.onboarding.house import code_sent_to

RESEND = "step/prove_email/code/"


@pytest.fixture
def at_code(alice):
    """Alice, asked for the code in her mail."""
    return alice.come_to("prove_email")


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def let_pass(time):
    """Let so much time pass for every code that was sent."""
    EmailProof.objects.update(sent_at=F("sent_at") - time, valid_until=F("valid_until") - time)


def resend(applicant):
    return applicant._follow(applicant.client.post(applicant.address("") + RESEND, follow=True))


def test_the_page_says_where_the_code_went_and_the_mail_brings_it(at_code):
    assert EMAIL in at_code.words
    assert len(code_sent_to(EMAIL)) == 6


def test_a_wrong_code_is_told_at_the_field_and_the_right_one_still_counts(at_code):
    at_code.send({"proof.code": wrong(code_sent_to(EMAIL))})
    assert at_code.page.status_code == 422
    assert at_code.error_at("proof.code")

    at_code.pass_by("prove_email")

    assert at_code.step == "check_and_submit"


@pytest.mark.parametrize("typed", ["{} {}", " {}-{}\u200b", "\t{}{}\n"])
def test_the_code_may_be_typed_as_people_type(at_code, typed):
    code = code_sent_to(EMAIL)

    at_code.send({"proof.code": typed.format(code[:3], code[3:])})

    assert at_code.step == "check_and_submit"


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "٤٢٤٢٤٢", "1" * 100_000, "0 or 1=1"]
)
def test_what_is_no_code_costs_no_try(at_code, typed):
    at_code.send({"proof.code": typed})

    assert at_code.page.status_code == 422
    assert at_code.error_at("proof.code")
    assert EmailProof.objects.get().tries == 0


def test_after_too_many_tries_even_the_right_code_is_refused_until_a_new_one_is_sent(at_code):
    for _ in range(rules.CODE_TRIES):
        at_code.send({"proof.code": wrong(code_sent_to(EMAIL))})
    at_code.send({"proof.code": code_sent_to(EMAIL)})
    assert at_code.page.status_code == 422

    let_pass(rules.CODE_PAUSE)
    resend(at_code)
    at_code.pass_by("prove_email")

    assert at_code.step == "check_and_submit"


def test_a_code_that_is_too_old_is_refused(at_code):
    let_pass(rules.CODE_LIFE + timedelta(seconds=1))

    at_code.send({"proof.code": code_sent_to(EMAIL)})

    assert at_code.page.status_code == 422


def test_an_older_code_is_void_once_a_newer_one_was_sent(at_code):
    older = code_sent_to(EMAIL)
    let_pass(rules.CODE_PAUSE)
    resend(at_code)
    assert "on its way" in at_code.words

    if code_sent_to(EMAIL) != older:  # one time in a million they are the same
        at_code.send({"proof.code": older})
        assert at_code.page.status_code == 422
    at_code.pass_by("prove_email")


def test_a_new_code_is_not_sent_twice_in_a_moment(at_code):
    resend(at_code)

    assert at_code.step == "prove_email"
    assert "half a minute" in at_code.words
    assert Message.objects.filter(notice="code").count() == 1


def test_codes_are_not_sent_without_end(at_code):
    for _ in range(rules.CODES_PER_HOUR - 1):
        let_pass(rules.CODE_PAUSE)
        resend(at_code)
    let_pass(rules.CODE_PAUSE)
    resend(at_code)

    assert "in an hour" in at_code.words
    assert Message.objects.filter(notice="code").count() == rules.CODES_PER_HOUR


def somebody_elses_codes(number, *, email=EMAIL):
    """Let others have asked for so many codes to an address within the hour."""
    other = Applicant(email="mallory@marupanga.example").come_to("prove_email")
    proof = EmailProof.objects.get(application=other.application)
    sent_at = proof.sent_at - rules.CODE_PAUSE
    fields = {"digest": proof.digest, "sent_at": sent_at, "valid_until": proof.valid_until}
    EmailProof.objects.bulk_create(
        EmailProof(application=proof.application, email=email, **fields) for _ in range(number)
    )


def test_no_mailbox_is_flooded_by_applying_again_and_again_with_its_address(at_code):
    somebody_elses_codes(rules.CODES_TO_ADDRESS - 1, email=EMAIL.upper())
    let_pass(rules.CODE_PAUSE)
    resend(at_code)

    assert "in an hour" in at_code.words
    assert Message.objects.filter(notice="code", to=EMAIL).count() == 1


def test_a_flooded_address_is_free_again_after_an_hour(at_code):
    somebody_elses_codes(rules.CODES_TO_ADDRESS)
    let_pass(timedelta(hours=1))
    resend(at_code)

    assert Message.objects.filter(notice="code", to=EMAIL).count() == 2


def test_whoever_applies_with_a_flooded_address_is_told_the_same_as_for_their_own_codes(unit):
    somebody_elses_codes(rules.CODES_TO_ADDRESS)
    alice = Applicant().come_to("prove_email")
    resend(alice)

    assert "We have sent several codes already. Please try again in an hour." in alice.words
    assert not Message.objects.filter(notice="code", to=EMAIL).exists()


def test_no_code_is_sent_for_a_step_that_needs_none(at_code):
    answer = at_code.client.post(at_code.address("give_contact") + "code/", follow=True)

    assert answer.redirect_chain[-1][0] == at_code.at
    assert Message.objects.filter(notice="code").count() == 1


def test_another_address_needs_a_code_of_its_own(at_code):
    first = code_sent_to(EMAIL)
    contact = at_code.right_answers("give_contact") | {"contact.email": "other@ventorim.example"}
    at_code.send(contact, step="give_contact")
    assert "other@ventorim.example" in at_code.words

    if code_sent_to("other@ventorim.example") != first:
        at_code.send({"proof.code": first})
        assert at_code.page.status_code == 422
    at_code.send({"proof.code": code_sent_to("other@ventorim.example")})

    assert at_code.step == "check_and_submit"


def test_an_address_that_is_proved_is_not_asked_for_again(alice):
    alice.come_to("check_and_submit")
    contact = alice.right_answers("give_contact")
    alice.send(contact | {"contact.name": "Alice M. Prado"}, step="give_contact")

    assert alice.step == "check_and_submit"


def test_no_code_is_kept_where_it_could_be_read(at_code):
    code = code_sent_to(EMAIL)

    assert code not in str(list(EmailProof.objects.values_list()))


# ── who may walk into the shop ──────────────────────────────────────────────────────────────


def opened(alice):
    alice.come_to("track")
    alice.wait()
    assert "The shop is open" in alice.words
    return alice


def enter(applicant):
    return applicant.client.post(applicant.address("shop"), follow=True)


def is_inside(applicant):
    return applicant.client.get("/cabinet/").status_code == 200


def test_the_browser_that_typed_the_code_walks_into_the_shop(alice):
    answer = enter(opened(alice))

    assert answer.redirect_chain[-1][0] == "/cabinet/shop/"
    assert is_inside(alice)


def test_who_has_a_second_factor_shows_it_on_this_way_in_as_well(alice):
    opened(alice)
    user = User.objects.get(email=EMAIL)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "sealed"})

    answer = enter(alice)

    assert answer.redirect_chain[-1][0] == "/sign-in/second/"
    assert not is_inside(alice)


def test_whoever_only_has_the_link_signs_in_by_a_code_of_their_own(alice):
    mallory = Applicant()
    mallory.at = opened(alice).at

    answer = enter(mallory)

    assert answer.redirect_chain[-1][0] == "/sign-in/"
    assert not is_inside(mallory)


@pytest.mark.parametrize("code", ["000000", "", "right"])
def test_a_code_typed_after_it_was_used_proves_nothing(alice, code):
    opened(alice)
    mallory = Applicant()
    mallory.at = alice.at

    mallory.send(
        {"proof.code": code_sent_to(EMAIL) if code == "right" else code}, step="prove_email"
    )
    enter(mallory)

    assert not is_inside(mallory)


def test_a_code_typed_a_second_time_before_the_end_proves_nothing_either(alice):
    alice.come_to("check_and_submit")
    mallory = Applicant()
    mallory.at = alice.at
    mallory.send({"proof.code": "123456"}, step="prove_email")
    alice.pass_by("check_and_submit")

    enter(mallory)

    assert not is_inside(mallory)


def test_proving_one_address_opens_no_shop_of_another(unit):
    mallory = Applicant(email="mallory@marupanga.example").come_to("check_and_submit")
    alice = Applicant()
    alice.at = mallory.at
    alice.open("give_contact")
    alice.send(alice.right_answers("give_contact"), step="give_contact")
    alice.pass_by("prove_email")
    alice.pass_by("check_and_submit")

    enter(mallory)

    assert not is_inside(mallory)
    assert enter(alice).redirect_chain[-1][0] == "/cabinet/shop/"


def test_nobody_enters_a_shop_that_is_not_open(alice):
    alice.come_to("check_and_submit")

    answer = enter(alice)

    assert answer.status_code == 409
    assert not is_inside(alice)


def test_whoever_enters_is_themselves_even_if_somebody_else_was_signed_in(alice):
    bob = ensure_user(email="bob@elsewhere.example", name="Bob", language="en")
    alice.client.force_login(bob)
    opened(alice)

    enter(alice)

    user = User.objects.get(email=EMAIL)
    assert alice.client.session["_auth_user_id"] == str(user.pk)


def test_a_login_that_is_locked_does_not_enter(alice):
    opened(alice)
    User.objects.filter(email=EMAIL).update(is_active=False)

    answer = enter(alice)

    assert answer.redirect_chain[-1][0] == "/sign-in/"
    assert not is_inside(alice)
