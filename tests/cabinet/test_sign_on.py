"""An account's admin sets up their company's sign-on and proves the mail domain is theirs."""

from __future__ import annotations

import re

import pytest

from atrio.notices.models import Message
from atrio.sign_on.actions import ASK_AGAIN_AFTER, CODE_LIVES, MOST_TRIES
from atrio.sign_on.models import MailDomain, Provider
from tests.parties.customers import Browser, become_customer, make_unit, take_seat

PAGE = "/cabinet/company/sign-on/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make_unit()


@pytest.fixture
def customer(unit):
    return become_customer(unit)


@pytest.fixture
def alice(customer):
    return Browser(headers={"accept-language": "en"}).come_in(customer.user)


def set_up(alice, domain="ventorim.example"):
    alice.post(PAGE, {"name": "Ventorim", "kind": "oidc"})
    typed = {"issuer": "https://id.ventorim.example", "client_id": "atrio", "secret": "of ours"}
    alice.post(PAGE, {"what": "connect"} | typed)
    alice.post(PAGE, {"what": "add-domain", "domain": domain})
    return MailDomain.objects.get(name=domain)


def code_sent():
    mail = Message.objects.filter(notice="domain_code").latest("id")
    return mail, re.search(r"\d{4} \d{4}", mail.text)[0]


def shown(alice):
    return alice.get(PAGE).content.decode()


def prove(alice, domain, code):
    page = alice.post(PAGE, {"what": "prove", "domain": str(domain.pk), "code": code}, follow=True)
    domain.refresh_from_db()
    return page.content.decode()


def test_from_nothing_to_colleagues_coming_in(alice, customer):
    assert "Set it up" in shown(alice)
    domain = set_up(alice)
    assert "waits for its proof" in shown(alice)
    mail, code = code_sent()
    assert mail.to == "postmaster@ventorim.example"
    assert mail.is_secret

    assert "The domain is proved." in prove(alice, domain, code.replace(" ", ""))
    alice.post(PAGE, {"what": "terms", "is_on": "yes", "proves_twice": "yes"})

    provider = Provider.objects.get()
    assert (provider.is_on, provider.proves_twice) == (True, False)
    assert provider.account_id == customer.account.pk
    assert "of ours" not in shown(alice)
    assert Browser().post("/sign-in/", {"email": "x@ventorim.example"})["Location"] == (
        "/sign-in/company/"
    )


def test_without_the_code_there_is_no_proof_however_often_one_tries(alice):
    domain = set_up(alice, "nordlicht.example")
    _mail, code = code_sent()
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**8:08}"
    for _each in range(MOST_TRIES):
        assert "not the one we sent" in prove(alice, domain, wrong)
    assert "not the one we sent" in prove(alice, domain, code)
    assert domain.proved_at is None
    # Another one comes after a while, and is as good as the first.
    assert "wait a few minutes" in ask_again(alice, domain)
    MailDomain.objects.update(asked_at=domain.asked_at - ASK_AGAIN_AFTER)
    assert "We sent a code" in ask_again(alice, domain)
    assert "The domain is proved." in prove(alice, domain, code_sent()[1])


def ask_again(alice, domain):
    said = {"what": "ask-proof", "domain": str(domain.pk)}
    return alice.post(PAGE, said, follow=True).content.decode()


def test_a_code_is_good_for_a_day(alice):
    domain = set_up(alice)
    MailDomain.objects.update(asked_at=domain.asked_at - CODE_LIVES)

    assert "no longer valid" in prove(alice, domain, code_sent()[1])


def test_a_domain_that_another_company_has_proved_is_not_proved_twice(alice, unit):
    domain = set_up(alice)
    other = become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A.")
    mallory = Browser(headers={"accept-language": "en"}).come_in(other.user)
    _mail, first = code_sent()
    hers = set_up_beside(mallory)
    _mail, second = code_sent()
    prove(alice, domain, first)

    assert "Another company sign-on" in prove(mallory, hers, second)
    assert hers.proved_at is None


def set_up_beside(mallory):
    mallory.post(PAGE, {"name": "Marupanga", "kind": "saml"})
    mallory.post(PAGE, {"what": "add-domain", "domain": "ventorim.example"})
    return MailDomain.objects.filter(provider__name="Marupanga").get()


def test_bob_who_only_buys_sees_no_such_page_and_mallory_only_her_own(alice, customer, unit):
    set_up(alice)
    bob = take_seat(customer.account, "bob@ventorim.example", name="Bob", role="buyer")
    other = become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A.")
    bobs, mallorys = Browser().come_in(bob.user), Browser().come_in(other.user)

    assert bobs.get(PAGE).status_code == 403
    assert bobs.post(PAGE, {"what": "close"}).status_code == 403
    assert "sign-on" not in bobs.get("/cabinet/company/").content.decode()
    assert "ventorim.example" not in mallorys.get(PAGE).content.decode()
    mallorys.post(PAGE, {"what": "close"})
    assert Provider.objects.filter(account_id=customer.account.pk).exists()


def test_forgotten_it_is_gone(alice):
    set_up(alice)

    alice.post(PAGE, {"what": "close"})

    assert not Provider.objects.exists()
