"""Coming in by one's company's SAML identity provider, and forgeries of what it says."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from onelogin.saml2.metadata import OneLogin_Saml2_Metadata  # noqa: F401 - it must be installed

from atrio.sign_on import actions
from atrio.sign_on.models import Provider
from atrio.sign_on.saml import NoMetadata, read_metadata
from tests.identity.conftest import ASK
from tests.parties.customers import Browser, become_customer
from tests.sign_on import saml_company
from tests.sign_on.conftest import ADA, say
from tests.sign_on.saml_company import (
    SHA1,
    Asked,
    answer,
    key_and_certificate,
    packed,
    said,
    signed,
)

ALICE = "alice@ventorim.example"
COMPANY = "/sign-in/company/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(customer):
    now = timezone.now()
    made = actions.open_provider(
        by=ADA, name="Ventorim", kind="saml", account_id=customer.account.pk, now=now
    )
    about = {"by": ADA, "provider_id": made.pk, "now": now}
    actions.connect_saml(**about, metadata=saml_company.metadata())
    actions.add_domain(**about, typed="ventorim.example")
    say(made)
    return made


@pytest.fixture
def browser():
    """Alice's browser; what comes from elsewhere comes without its cookies."""
    return Browser(headers={"accept-language": "en"})


def go(browser, provider):
    """Go to the company; return what it is asked."""
    led = browser.get(f"/sign-in/company/{provider.pk}/go")["Location"]
    assert led.startswith(f"{saml_company.PLACE}?SAMLRequest=")
    return Asked(led)


def bring(browser, asked, posted):
    """Post an answer as the company's page lets a browser do, and follow where it leads."""
    path = asked.back.removeprefix("http://testserver")
    taken = Browser().post(path, posted)
    assert taken.status_code == 303, taken.content
    return browser.get(taken["Location"])


def is_in(browser):
    return "_auth_user_id" in browser.session


def test_whoever_is_known_at_their_company_comes_back_in(browser, provider):
    browser.post(ASK, {"email": ALICE, "next": "/cabinet/company/"})
    asked = go(browser, provider)
    assert asked.by == f"http://testserver/sign-in/company/{provider.pk}/metadata"
    assert asked.back == f"http://testserver/sign-in/company/{provider.pk}/saml"

    led = bring(browser, asked, answer(asked))

    assert led["Location"] == "/cabinet/company/"
    assert browser.get("/cabinet/company/").status_code == 200


def test_the_address_may_stand_among_the_attributes(browser, provider):
    asked = go(browser, provider)

    bring(browser, asked, answer(asked, email="u-4711", attribute=ALICE.upper()))

    assert is_in(browser)


def test_our_metadata_can_be_read_before_it_is_switched_on(provider):
    say(provider, is_on=False)

    page = Browser().get(f"/sign-in/company/{provider.pk}/metadata")

    assert page.status_code == 200
    assert f"/sign-in/company/{provider.pk}/saml" in page.content.decode()
    assert 'WantAssertionsSigned="true"' in page.content.decode()


@pytest.mark.parametrize(
    "other",
    [
        {"audience": "https://another.example/metadata"},
        {"audience": ""},
        {"recipient": "https://another.example/saml"},
        {"destination": "https://another.example/saml"},
        {"answers": "_another"},
        {"answers": ""},
        {"response_answers": "_another"},
        {"response_answers": ""},
        {"until": saml_company.stamp(-3600)},
        {"issuer": "https://evil.example/saml"},
        {"format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"},
        {"by": key_and_certificate("evil.example")},
        {"how": SHA1},
    ],
)
def test_an_answer_that_is_not_for_us_to_this_question_now_lets_nobody_in(browser, provider, other):
    asked = go(browser, provider)

    led = bring(browser, asked, answer(asked, **other))

    assert led["Location"] == COMPANY
    assert not is_in(browser)


def test_what_is_not_signed_is_not_believed(browser, provider):
    """Not at all, only around the assertion, or bent after it was signed."""
    for forge in (
        lambda assertion, around: around % assertion,
        lambda assertion, around: signed(around % assertion),
        lambda assertion, around: (around % signed(assertion)).replace(
            ALICE, "bob@ventorim.example"
        ),
        lambda assertion, around: (around % signed(assertion)).replace(
            "alice@", "alice@<!-- -->bob@"
        ),
        lambda _assertion, around: around % "",
        lambda _assertion, _around: "<x/>",
        lambda _assertion, _around: "not XML",
        lambda _assertion, _around: (
            '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/hosts">]><x>&y;</x>'
        ),
    ):
        asked = go(browser, provider)
        posted = {"SAMLResponse": packed(forge(*said(asked))), "RelayState": asked.relay}
        assert bring(browser, asked, posted)["Location"] == COMPANY
        assert not is_in(browser)
    for garbage in ("", "%%%", "AAAA"):
        asked = go(browser, provider)
        bring(browser, asked, {"SAMLResponse": garbage, "RelayState": asked.relay})
        assert not is_in(browser)


def wrapped(asked, place):
    """Put an assertion of Mallory's where it would be read, and the signed one where it is not."""
    genuine, around = said(asked, email="mallory@ventorim.example")
    genuine = signed(genuine)
    forged, _around = said(asked, email=ALICE)
    signature = re.search(r"<ds:Signature.*</ds:Signature>", genuine, re.DOTALL)[0]
    if place == "before":
        return around % (forged + genuine)
    if place == "after":
        return around % (genuine + forged)
    if place == "inside the signature":
        inner = genuine.replace(signature, "")
        moved = signature.replace(
            "</ds:Signature>", f"<ds:Object>{inner}</ds:Object></ds:Signature>"
        )
        return around % forged.replace("<saml:Subject>", f"{moved}<saml:Subject>", 1)
    if place == "same id":
        same = re.search(r' ID="(\w+)"', genuine)[0]
        return around % (re.sub(r' ID="\w+"', same, forged, count=1) + genuine)
    extensions = f"<samlp:Extensions>{genuine}</samlp:Extensions>"
    return (around % forged).replace("<samlp:Status>", f"{extensions}<samlp:Status>")


@pytest.mark.parametrize(
    "place", ["before", "after", "inside the signature", "same id", "in the extensions"]
)
def test_a_signature_moved_to_another_assertion_proves_nothing(browser, provider, place):
    asked = go(browser, provider)
    posted = {"SAMLResponse": packed(wrapped(asked, place)), "RelayState": asked.relay}

    bring(browser, asked, posted)

    assert not is_in(browser)


def test_an_answer_is_good_once_and_in_the_browser_that_asked(browser, provider):
    asked = go(browser, provider)
    posted, path = answer(asked), asked.back.removeprefix("http://testserver")
    thief = Browser()
    go(thief, provider)
    handle = Browser().post(path, posted)["Location"]
    # Mallory makes Alice's browser, or her own, come in as whom she has an answer for.
    thief.get(handle)
    assert not is_in(thief)
    browser.get(handle)
    assert not is_in(browser)
    # The same answer once more, to the same question and to another.
    assert bring(browser, asked, posted)["Location"] == COMPANY
    again = go(browser, provider)
    bring(browser, again, posted | {"RelayState": again.relay})
    assert not is_in(browser)


def test_nobody_comes_in_without_having_asked(browser, provider):
    asked = go(browser, provider)
    for relay in ("", "made-up", "https://testserver/"):
        bring(browser, asked, answer(asked) | {"RelayState": relay})
        assert not is_in(browser)


def test_a_company_speaks_for_its_own_people_alone(browser, provider, unit):
    become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A.")
    for email in ("mallory@marupanga.example", "nobody@ventorim.example", ""):
        asked = go(browser, provider)
        assert bring(browser, asked, answer(asked, email=email)).status_code in {302, 403}
        assert not is_in(browser)


def test_one_companys_provider_takes_no_answer_meant_for_another(browser, provider, unit):
    other = become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A.")
    hers = Provider.objects.get(pk=provider.pk)
    hers.pk, hers.account_id = None, other.account.pk
    hers.id = other.account.pk
    hers.save(force_insert=True)
    asked = go(browser, provider)
    path = f"/sign-in/company/{hers.pk}/saml"

    led = Browser().post(path, answer(asked))["Location"]

    assert browser.get(led)["Location"] == COMPANY
    assert not is_in(browser)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "not XML",
        "<x/>",
        saml_company.metadata(certificate=False),
        f'<!DOCTYPE x [<!ENTITY y "{"z" * 50}">]>{saml_company.metadata()}',
        "<x>" * 200_000,
    ],
)
def test_what_is_no_metadata_is_refused(typed):
    with pytest.raises(NoMetadata):
        read_metadata(typed)


def test_a_sign_in_that_is_no_safe_address_is_refused(provider):
    for place in ("http://id.ventorim.example/", "javascript:alert(1)"):
        with pytest.raises(actions.NoProvider):
            actions.connect_saml(
                by=ADA,
                provider_id=provider.pk,
                metadata=saml_company.metadata(place=place),
                now=timezone.now(),
            )
