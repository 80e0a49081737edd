"""Coming in by one's company's OpenID provider, and all who try to come in by it as well."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from hashlib import sha256

import pytest
from django.utils import timezone
from joserfc.jwk import RSAKey

from atrio.identity.actions import ensure_user
from atrio.identity.models import User
from atrio.notices.models import Message
from atrio.seller.models import Staff
from atrio.sign_on.models import Provider
from atrio.timeline.models import Entry
from tests.identity.conftest import ASK, CODE, code_sent_to
from tests.parties.customers import Browser, become_customer, make_unit, take_seat
from tests.sign_on.conftest import connected, say
from tests.sign_on.openid_company import working

ALICE = "alice@ventorim.example"
COMPANY = "/sign-in/company/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(company, customer):
    return connected(company, account_id=customer.account.pk)


def go(browser, provider):
    """Take the way to the company; return where it leads."""
    answer = browser.get(f"/sign-in/company/{provider.pk}/go")
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def come_in(company, provider, *, browser=None, **other):
    """Go to the company and come back as whoever is signed in there; return the answer."""
    browser = browser or Browser(headers={"accept-language": "en"})
    answer = browser.get(company.visit(go(browser, provider), **other))
    return browser, answer


def is_in(browser):
    return "_auth_user_id" in browser.session


def test_whoever_types_an_address_of_the_company_is_led_there_and_comes_back_in(company, provider):
    browser = Browser(headers={"accept-language": "en"})
    led = browser.post(ASK, {"email": ALICE.upper(), "next": "/cabinet/company/"})
    assert led["Location"] == COMPANY
    page = browser.get(COMPANY).content.decode()
    assert "Sign in with Ventorim" in page
    assert f"/sign-in/company/{provider.pk}/go" in page

    way = go(browser, provider)
    assert way.startswith(f"{company.issuer}/authorize?tenant=1&")
    assert "login_hint=alice%40ventorim.example" in way
    answer = browser.get(company.visit(way))

    assert answer["Location"] == "/cabinet/company/"
    assert browser.get("/cabinet/company/").status_code == 200
    entry = Entry.objects.get(what="user.signed_in")
    assert entry.data["shown"] == ["company"]
    assert Provider.objects.get().came_at is not None


def test_no_letter_is_sent_to_who_is_led_to_their_company(company, provider):
    browser = Browser()
    browser.post(ASK, {"email": ALICE})

    assert not Message.objects.filter(to=ALICE).exists()


def test_an_address_that_nobody_has_is_led_there_like_one_that_somebody_has(company, provider):
    one, other = Browser(), Browser()

    led = one.post(ASK, {"email": ALICE}), other.post(ASK, {"email": "nobody@ventorim.example"})

    assert led[0].content == led[1].content
    assert led[0]["Location"] == led[1]["Location"] == COMPANY


def test_an_address_of_another_domain_gets_its_code(company, provider, customer):
    take_seat(customer.account, "bob@elsewhere.example", name="Bob", role="reader")

    assert Browser().post(ASK, {"email": "bob@elsewhere.example"})["Location"] == CODE


def test_who_likes_a_code_better_gets_one_while_it_is_not_required(company, provider):
    browser = Browser()
    browser.post(ASK, {"email": ALICE, "by": "code"})

    browser.post(CODE, {"code": code_sent_to(ALICE)})

    assert is_in(browser)


def test_the_address_may_be_told_beside_the_token(company, provider):
    company.claims = {"email": None}
    company.told = {"sub": "4711", "email": ALICE, "email_verified": True}
    browser, _answer = come_in(company, provider)
    assert is_in(browser)

    company.told = {"sub": "of somebody else", "email": ALICE}
    browser, _answer = come_in(company, provider)
    assert not is_in(browser)


# ── who may not come in by it ──────────────────────────────────────────────────────────────


def test_a_customers_provider_lets_in_nobody_else(company, provider, customer, unit):
    """Not those of another customer, not our own people, whatever address it says they have."""
    other = become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A.")
    clerk = User.objects.create_user("carla@ventorim.example", name="Carla")
    Staff.objects.create(user=clerk, business_unit=unit, role="admin")
    both = take_seat(customer.account, "both@ventorim.example", name="Both")
    take_seat(other.account, "both@ventorim.example", name="Both")
    ensure_user(email="seatless@ventorim.example", name="Seatless", language="en")
    locked = take_seat(customer.account, "locked@ventorim.example", name="Locked").user
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    assert both.user.is_active

    pages = set()
    for name in (
        "mallory@marupanga.example",
        "carla@ventorim.example",
        "both@ventorim.example",
        "seatless@ventorim.example",
        "locked@ventorim.example",
        "nobody@ventorim.example",
        "alice@ventorim.example.evil.example",
        "alice@sub.ventorim.example",
        "alice@evil.example@ventorim.example",
        "",
    ):
        company.email = name
        browser, answer = come_in(company, provider)
        assert answer.status_code == 403, name
        assert not is_in(browser), name
        pages.add(b"no login here is yours" in answer.content)
    # Nobody learns from the answer which of these there are.
    assert pages == {True}
    assert User.objects.filter(email__startswith="nobody").count() == 0


def test_a_units_provider_lets_in_those_who_work_for_no_other_unit(company, unit, customer):
    elsewhere = make_unit(code="elsewhere")
    provider = connected(company, business_units=["nordlicht-br"], domain="nordlicht.example")
    carla = User.objects.create_user("carla@nordlicht.example", name="Carla")
    Staff.objects.create(user=carla, business_unit=unit, role="associate")
    company.email = "carla@nordlicht.example"
    browser, _answer = come_in(company, provider)
    assert browser.get("/desk/").status_code == 200

    Staff.objects.create(user=carla, business_unit=elsewhere, role="associate")
    browser, answer = come_in(company, provider)
    assert answer.status_code == 403
    take_seat(customer.account, "buyer@nordlicht.example", name="Buyer")
    company.email = "buyer@nordlicht.example"
    browser, answer = come_in(company, provider)
    assert answer.status_code == 403


def test_two_companies_are_not_taken_for_each_other(company, provider, unit):
    """Mallory runs a provider, too, and lets it say that she is Alice."""
    with working() as evil:
        other = become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A.")
        hers = Provider.objects.create(
            account_id=other.account.pk,
            name="Marupanga",
            issuer=evil.issuer,
            client_id="atrio",
            sealed_secret=provider.sealed_secret,
            is_on=True,
            created_at=timezone.now(),
        )
        # Asked of one, answered by the other.
        browser = Browser()
        way = go(browser, provider)
        back = company.visit(way).replace(str(provider.pk), str(hers.pk))
        answer = browser.get(back)
        assert answer["Location"] == COMPANY
        assert not is_in(browser)
        # An answer that names another issuer.
        browser, _answer = come_in(company, provider, iss=evil.issuer)
        assert not is_in(browser)
        browser, _answer = come_in(company, provider, iss=company.issuer)
        assert is_in(browser)


# ── what is not believed ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": ["atrio", "another client"]},
        {"azp": "another client"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": int(timezone.now().timestamp()) - 600},
        {"iat": int(timezone.now().timestamp()) + 600},
        {"exp": None},
        {"sub": None},
        {"email_verified": False},
        {"email_verified": "false"},
        {"email": ["alice@ventorim.example"]},
    ],
)
def test_a_token_that_is_not_for_us_now_lets_nobody_in(company, provider, claims):
    company.claims = claims

    browser, answer = come_in(company, provider)

    assert answer["Location"] == COMPANY
    assert not is_in(browser)


def test_a_token_signed_by_another_key_lets_nobody_in(company, provider, monkeypatch):
    company.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert not is_in(come_in(company, provider)[0])
    # The public key as if it were a shared secret, and no signature at all.
    public = company.key.as_pem(private=False)
    for token in (
        made_up(company, {"alg": "HS256", "kid": "one"}, public),
        made_up(company, {"alg": "none"}, b""),
        lambda _asked: "not.a.token",
        lambda _asked: "",
    ):
        monkeypatch.setattr(company, "say", token)
        assert not is_in(come_in(company, provider)[0])


def made_up(company, header, secret):
    """Return how a token is made with another header, signed with a shared secret or not at all."""

    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    def say(asked):
        now = int(timezone.now().timestamp())
        claims = {"iss": company.issuer, "aud": "atrio", "sub": "1", "iat": now, "exp": now + 60}
        claims |= {"nonce": asked["nonce"], "email": ALICE}
        text = part(json.dumps(header).encode()) + b"." + part(json.dumps(claims).encode())
        mac = hmac.new(secret, text, sha256).digest() if secret else b""
        return (text + b"." + part(mac)).decode()

    return say


def test_what_was_not_asked_in_this_browser_is_not_answered(company, provider):
    browser, other = Browser(), Browser()
    back = company.visit(go(browser, provider))
    # Somebody else's browser is sent there: it is not let in as whoever asked.
    assert other.get(back)["Location"] == COMPANY
    assert not is_in(other)
    assert is_in_after(browser, back)
    # Nor does it help a second time.
    browser.post("/sign-out/")
    assert not is_in_after(browser, back)


def is_in_after(browser, address):
    browser.get(address)
    return is_in(browser)


def test_a_wrong_state_spends_the_try(company, provider):
    browser = Browser()
    back = company.visit(go(browser, provider))
    wrong, _, _right = back.partition("state=")

    assert not is_in_after(browser, f"{wrong}state=guessed")
    assert not is_in_after(browser, back)


def test_an_answer_that_took_too_long_is_not_taken(company, provider, monkeypatch):
    browser = Browser()
    back = company.visit(go(browser, provider))
    session = browser.session
    session["sign_on.asked"] |= {"at": (timezone.now() - timedelta(minutes=11)).timestamp()}
    session.save()

    assert not is_in_after(browser, back)


def test_whoever_says_no_there_is_told_kindly_here(company, provider):
    browser, answer = come_in(company, provider, code=None, error="access_denied")

    assert answer["Location"] == COMPANY
    assert "did not tell us who you are" in browser.get(ASK).content.decode()


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://169.254.169.254/latest"},
        {"token_endpoint": "https://169.254.169.254/latest"},
        {"jwks_uri": "http://127.0.0.1:1/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_a_provider_that_points_inside_or_calls_itself_otherwise_is_not_followed(
    company, provider, metadata
):
    company.metadata = metadata
    browser = Browser(headers={"accept-language": "en"})

    answer = browser.get(f"/sign-in/company/{provider.pk}/go")
    if answer["Location"] != COMPANY:
        answer = browser.get(company.visit(answer["Location"]))

    assert answer["Location"] == COMPANY
    assert not is_in(browser)


def test_a_provider_that_is_away_is_said_to_be_so(company, provider):
    Provider.objects.update(issuer="http://127.0.0.1:1")
    browser = Browser(headers={"accept-language": "en"})

    assert browser.get(f"/sign-in/company/{provider.pk}/go")["Location"] == COMPANY
    browser.post(ASK, {"email": ALICE})
    assert "We could not reach" in browser.get(COMPANY).content.decode()


def test_a_provider_that_is_off_or_unknown_is_nowhere(company, provider):
    say(provider, is_on=False)

    for way in ("go", "back"):
        assert Browser().get(f"/sign-in/company/{provider.pk}/{way}").status_code == 404
    assert Browser().post(ASK, {"email": ALICE})["Location"] == CODE


def test_nobody_is_led_to_another_site_afterwards(company, provider):
    browser = Browser()
    browser.post(ASK, {"email": ALICE, "next": "https://evil.example/"})
    _browser, answer = come_in(company, provider, browser=browser)

    assert answer["Location"] == "/home/"


def test_names_of_keys_that_are_made_up_are_looked_for_once_a_minute(company, provider):
    company.claims = {}
    company.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    for _each in range(4):
        come_in(company, provider)

    assert company.asked.count("/keys") <= 2
