"""On which terms a company lets its people in, and who says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from atrio.identity.models import User
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound
from atrio.parties.queries import member_actor
from atrio.seller.models import BusinessUnit, Staff
from atrio.sign_on import actions
from atrio.sign_on.models import MailDomain, Provider
from atrio.sign_on.queries import providers_visible_to
from atrio.timeline.models import Entry
from tests.identity.conftest import ASK, CODE, code_sent_to
from tests.identity.test_second_factors import PASSKEY, options_for, with_app, with_passkey
from tests.identity.test_second_factors import browser as at_a_name
from tests.parties.customers import Browser, become_customer, seen_by, take_seat
from tests.sign_on.conftest import ADA, connected, say
from tests.sign_on.openid_company import CLIENT
from tests.sign_on.test_openid import COMPANY, come_in, is_in

ALICE = "alice@ventorim.example"
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(company, customer):
    return connected(company, account_id=customer.account.pk)


def come_by_code(email):
    browser = Browser(headers={"accept-language": "en"})
    browser.post(ASK, {"email": email, "by": "code"})
    return browser, browser.post(CODE, {"code": code_sent_to(email)})


def act(by):
    """Return the actor of a customer's person, as a request would make it."""
    with seen_by(by.actor):
        return member_actor(by.user.pk, str(by.user))


# ── the only way in ────────────────────────────────────────────────────────────────────────


def test_where_it_is_required_a_code_lets_in_nobody_but_those_who_look_after_it(
    company, provider, customer
):
    bob = take_seat(customer.account, "bob@ventorim.example", name="Bob", role="buyer")
    come_in(company, provider)
    say(provider, is_required=True)

    browser, answer = come_by_code("bob@ventorim.example")
    assert answer["Location"] == COMPANY
    assert not is_in(browser)
    page = browser.get(COMPANY).content.decode()
    assert "Your company lets its people in by its own sign-in." in page
    company.email = bob.user.email
    browser, _answer = come_in(company, provider, browser=browser)
    assert is_in(browser)
    # Alice is the account's admin: somebody must be able to mend it.
    assert is_in(come_by_code(ALICE)[0])


def test_where_it_is_required_no_passkey_goes_around_it(company, provider, customer):
    bob = take_seat(customer.account, "bob@ventorim.example", name="Bob", role="buyer").user
    at_home, elsewhere = at_a_name(), at_a_name()
    at_home.post(ASK, {"email": bob.email, "by": "code"})
    at_home.post(CODE, {"code": code_sent_to(bob.email)})
    key = with_passkey(at_home)
    come_in(company, provider)
    say(provider, is_required=True)

    answer = elsewhere.post(PASSKEY, {"credential": key.get(options_for(elsewhere))})

    assert answer["Location"] == COMPANY
    assert not is_in(elsewhere)


def test_it_is_required_only_after_somebody_has_come_in_by_it(company, provider):
    with pytest.raises(actions.NoProvider):
        say(provider, is_required=True)
    come_in(company, provider)
    say(provider, is_required=True)

    # Connected anew it has yet to be tried.
    actions.connect_openid(
        by=ADA,
        provider_id=provider.pk,
        issuer="https://new.example",
        client_id="new",
        secret="",
        now=timezone.now(),
    )
    provider.refresh_from_db()
    assert not provider.is_required
    with pytest.raises(actions.NoProvider):
        say(provider, is_required=True)


def test_an_administrator_of_ours_comes_in_by_a_code_as_well(company, unit):
    provider = connected(company, business_units=[unit.code], domain="nordlicht.example")
    people = {
        role: User.objects.create_user(f"{role}@nordlicht.example", name=role)
        for role in ("associate", "admin")
    }
    for role, user in people.items():
        Staff.objects.create(user=user, business_unit=unit, role=role)
    company.email = "associate@nordlicht.example"
    come_in(company, provider)
    say(provider, is_required=True)

    assert not is_in(come_by_code("associate@nordlicht.example")[0])
    assert is_in(come_by_code("admin@nordlicht.example")[0])


# ── second factors ─────────────────────────────────────────────────────────────────────────


def test_a_second_factor_of_ones_own_is_asked_for_after_ones_company_as_well(company, provider):
    browser, _answer = come_by_code(ALICE)
    with_app(browser)

    browser, answer = come_in(company, provider)

    assert answer["Location"].startswith("/sign-in/second/")
    assert not is_in(browser)


def test_a_customers_word_does_not_stand_in_for_it(provider):
    say(provider, proves_twice=True)

    provider.refresh_from_db()
    assert not provider.proves_twice


def test_our_own_provider_that_asks_for_two_is_enough(company, unit):
    provider = connected(company, business_units=[unit.code], domain="nordlicht.example")
    carla = User.objects.create_user("carla@nordlicht.example", name="Carla")
    Staff.objects.create(user=carla, business_unit=unit, role="associate")
    BusinessUnit.objects.update(needs_second_factor=True)
    company.email = carla.email
    browser, _answer = come_in(company, provider)
    assert browser.get("/desk/")["Location"].startswith("/sign-in/again/")

    say(provider, proves_twice=True)
    browser, _answer = come_in(company, provider)
    assert browser.get("/desk/").status_code == 200


# ── who looks after it ─────────────────────────────────────────────────────────────────────


def test_only_those_look_after_it_whose_it_is(provider, customer, unit):
    now = timezone.now()
    bob = act(take_seat(customer.account, "bob@ventorim.example", name="Bob", role="buyer"))
    mallory = act(become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A."))
    carla = replace(ADA, roles=frozenset({"associate", "manager", "process_owner"}))
    elsewhere = replace(ADA, business_units=frozenset({"elsewhere"}))
    terms = {"is_on": False, "is_required": False, "proves_twice": False}
    for by, refusal in (
        (bob, NotAllowed),
        (mallory, NotFound),
        (carla, NotFound),
        (elsewhere, NotFound),
        (Actor(kind="applicant", id="x"), NotFound),
    ):
        with seen_by(by):
            assert list(providers_visible_to(by)) == ([provider] if by is bob else [])
            about = {"by": by, "provider_id": provider.pk, "now": now}
            for change in (
                lambda about: actions.set_terms(**about, **terms),
                lambda about: actions.close_provider(**about),
                lambda about: actions.add_domain(**about, typed="evil.example"),
                lambda about: actions.remove_domain(**about, domain_id=provider.pk),
                lambda about: actions.connect_openid(
                    **about, issuer="https://evil.example", client_id="x", secret="x"
                ),
            ):
                with pytest.raises(refusal):
                    change(about)
    assert Provider.objects.get().is_on


def test_nobody_opens_one_for_somebody_else(customer, unit):
    mallory = act(become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A."))
    bob = act(take_seat(customer.account, "bob@ventorim.example", name="Bob", role="reader"))
    now = timezone.now()
    for by, whose in (
        (mallory, {"account_id": customer.account.pk}),
        (mallory, {"business_units": [unit.code]}),
        (bob, {"account_id": customer.account.pk}),
        (replace(ADA, business_units=frozenset({"x"})), {"account_id": customer.account.pk}),
        (replace(ADA, roles=frozenset({"manager"})), {"business_units": [unit.code]}),
        (ADA, {"business_units": [unit.code, "elsewhere"]}),
        (ADA, {}),
    ):
        with seen_by(by), pytest.raises((NotAllowed, NotFound)):
            actions.open_provider(by=by, name="X", kind="oidc", now=now, **whose)


def test_a_customers_domain_waits_for_its_proof_and_lets_nobody_in(company, customer):
    alice = act(customer)
    with seen_by(alice):
        made = actions.open_provider(
            by=alice,
            name="Ventorim",
            kind="oidc",
            account_id=customer.account.pk,
            now=timezone.now(),
        )
        about = {"by": alice, "provider_id": made.pk, "now": timezone.now()}
        actions.connect_openid(
            **about, issuer=company.issuer, client_id=CLIENT, secret="a secret of hers"
        )
        actions.add_domain(**about, typed="nordlicht.example")
        with pytest.raises(actions.NoProvider):
            actions.set_terms(**about, is_on=True, is_required=False, proves_twice=False)
    assert MailDomain.objects.get().proved_at is None


def test_a_domain_belongs_to_one_company_alone(provider, unit):
    made = actions.open_provider(
        by=ADA, name="Ours", kind="oidc", business_units=[unit.code], now=timezone.now()
    )
    for typed in ("ventorim.example", "@VENTORIM.example."):
        with pytest.raises(actions.NoDomain):
            actions.add_domain(by=ADA, provider_id=made.pk, typed=typed, now=timezone.now())


@pytest.mark.parametrize(
    "typed", ["gmail.com", "GMX.de", "", "ventorim", "a b.example", "ü.example", "x.1", "@", "a..b"]
)
def test_what_is_no_companys_own_domain_is_none(provider, typed):
    with pytest.raises(actions.NoDomain):
        actions.add_domain(by=ADA, provider_id=provider.pk, typed=typed, now=timezone.now())


@pytest.mark.parametrize(
    "issuer",
    [
        "http://ventorim.example",
        "ftp://ventorim.example",
        "https://",
        "https://user@ventorim.example",
        "javascript:alert(1)",
        "http://127.0.0.1:1",
        "x" * 600,
        "",
    ],
)
def test_an_issuer_is_a_safe_address(provider, issuer):
    with pytest.raises(actions.NoProvider):
        actions.connect_openid(
            by=ADA,
            provider_id=provider.pk,
            issuer=issuer,
            client_id="x",
            secret="x",
            now=timezone.now(),
        )


def test_what_is_done_stands_in_the_timeline_and_the_secret_nowhere(provider):
    known = list(Entry.objects.filter(what__startswith="sign_on.").order_by("id"))

    assert [entry.what.partition(".")[2] for entry in known] == [
        "opened",
        "connected",
        "domain_added",
        "terms_set",
    ]
    assert {entry.by_label for entry in known} == {"Ada"}
    assert "a secret" not in str([entry.data for entry in known])
    assert "a secret" not in provider.sealed_secret


def test_with_its_sign_on_gone_people_come_in_by_a_code(provider):
    actions.close_provider(by=ADA, provider_id=provider.pk, now=timezone.now())

    assert Browser().post(ASK, {"email": ALICE})["Location"] == CODE
    assert not MailDomain.objects.exists()
