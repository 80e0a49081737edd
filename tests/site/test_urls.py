"""Every address of the house, and everybody who may knock there."""

from __future__ import annotations

from uuid import uuid4

import pytest

from atrio.kernel.ids import new_id
from atrio.onboarding.actions.decide_step import MAY_DECIDE
from atrio.onboarding.models import Application
from atrio.onboarding.tokens import token_for
from tests.parties.customers import Browser, take_seat
from tests.site.world import (
    ADDRESSES,
    ALSO_POSTED,
    OF_PROGRAMS,
    POSTED,
    STAFF,
    WITH_TOKEN,
    World,
    changed,
    contents,
    patterns,
)

# Written by others, as classes: they send away whoever is signed in, whatever the method.
CLASSES = {name for name in ADDRESSES if name.startswith(("account_", "idp:"))} - {
    "account_logout",
    "account_reauthenticate",
} | {"mfa_login_webauthn", "mfa_authenticate"}
# Shops call these with their own secret, without a browser and its cookies.
BY_SECRET = {"idp:oidc:token", "idp:oidc:revoke"}
# What a company's identity provider has signed comes by a form of its own site.
BY_SIGNATURE = {"company_saml"}
# What looking at a page may leave behind: that it was seen, by which browser, and that an ERP
# should be asked for the prices on it.
NOTED = {"timeline_entry", "django_session"}
ALSO_NOTED = {
    "cabinet:catalogue": {"pgqueuer", "pgqueuer_log", "parties_account"},
    # How often one tries is counted.
    "mfa_login_webauthn": {"kernel_cached"},
    # Whoever asks first for the keys that we sign with has the first one made.
    "idp:oidc:jwks": {"identity_signingkey"},
    # Whoever is the first to look at a place and year has its holidays written down for all.
    "desk:calendar": {"seller_publicholidays"},
}


@pytest.fixture
def world(db, settings):
    # There is a fault proxy, and it cannot be reached.
    settings.ATRIO_FAULT_PROXY = "http://127.0.0.1:1"
    return World()


def test_every_address_is_tried_here():
    assert {name for name, _ in patterns()} == ADDRESSES.keys()


@pytest.mark.xdist_group("tour")
def test_everybody_is_answered_as_the_table_says(tour):
    answered = {name: {} for name in ADDRESSES}
    for answer in tour.as_meant():
        answered[answer.name][answer.visitor] = answer.status

    assert answered == {name: expected for name, (_, expected) in ADDRESSES.items()}


@pytest.mark.xdist_group("tour")
def test_nobody_reads_what_belongs_to_others(tour):
    for answer in tour.as_meant():
        if answer.name not in WITH_TOKEN:
            # Our own staff may read all, but they are nobody's applicant.
            hidden = [tour.key] if answer.visitor in STAFF else [tour.key, *tour.ours]
            found = [word for word in hidden if word in answer.page]
            assert not found, (answer.name, answer.visitor)


@pytest.mark.parametrize("visitor", ["stranger", "applicant", "associate"])
def test_a_token_that_is_not_ours_leads_nowhere(world, visitor):
    browser = world.browser(visitor)
    own, _, signature = world.alice.token.partition("~")
    other = token_for(uuid4())
    wrong = {
        "of nobody": other,
        "the id alone": own,
        "the id as staff see it": str(world.application.pk),
        "signature of another": f"{own}~{other.partition('~')[2]}",
        "altered": f"{own}~{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}",
        "cut": world.alice.token[:-1],
        "without a signature": f"{own}~",
        "another sign": world.alice.token.replace("~", ":"),
        "upper case": world.alice.token.upper(),
        "with a NUL": f"{world.alice.token}\0",
        "with a blank": f"{world.alice.token} ",
        "not ASCII": "ключ~подпись",
        "very long": "a" * 60_000,
    }
    for name in WITH_TOKEN:
        method = ADDRESSES[name][0]
        for why, token in wrong.items():
            answer = getattr(browser, method)(world.address(name, token=token, letter=token))
            assert answer.status_code == 404, (name, why)
            assert "no-store" in answer["Cache-Control"], (name, why)


def test_a_token_of_nothing_is_answered_like_one_that_was_made_up(world):
    browser = world.browser("stranger")
    of_nothing = browser.get(world.address("apply:track", token=token_for(new_id())))
    made_up = browser.get(world.address("apply:track", token="made~up"))

    assert of_nothing.content == made_up.content


def test_what_changes_something_takes_the_method_that_is_meant(world):
    # The others are told apart from what is meant, not from each other: one of them asks for all.
    told_apart = ("get", "post", "put")
    methods = {
        "stranger": told_apart,
        "member": told_apart,
        "admin": (*told_apart, "patch", "delete", "options", "trace"),
    }
    browsers = {visitor: world.browser(visitor) for visitor in methods}
    for name in ADDRESSES.keys() - CLASSES - OF_PROGRAMS:
        meant = {ADDRESSES[name][0]} | ({"post"} if name in ALSO_POSTED else set())
        for visitor, browser in browsers.items():
            for method in set(methods[visitor]) - meant:
                answer = getattr(browser, method)(world.address(name))
                assert answer.status_code == 405, (name, method, visitor)


def test_a_change_needs_the_token_of_its_own_form(world):
    for visitor in ("stranger", "member", "admin"):
        strict = Browser(enforce_csrf_checks=True, headers={"accept-language": "en"})
        strict.cookies = world.browser(visitor).cookies
        before = contents()
        # What is made up is told from nothing in one place, before anybody is asked who they are.
        made_up = [{"csrfmiddlewaretoken": token} for token in ("x" * 64, "\0")]
        for name in {*POSTED, *ALSO_POSTED} - BY_SECRET - BY_SIGNATURE:
            for extra in ({}, *(made_up if visitor == "admin" else ())):
                answer = strict.post(world.address(name), world.says(name) | extra)
                assert answer.status_code == 403, (name, visitor)
                assert "This page is not yours to see" in answer.content.decode(), name
        assert changed(before) == set(), visitor


@pytest.mark.xdist_group("tour")
def test_looking_changes_nothing(tour):
    for name, tables in tour.changed.items():
        assert tables <= NOTED | ALSO_NOTED.get(name, set()), name


def test_only_those_who_decide_change_an_application(world):
    answer = {"review.verdict": "decline", "review.reason": "Closed."}
    statuses = {}
    # Whoever may decide comes last: what they decide is decided.
    for role in sorted(STAFF, key=lambda role: role in MAY_DECIDE):
        world.browser(role).post(world.address("desk:decide"), answer)
        statuses[role] = Application.objects.get(pk=world.application.pk).status

    assert {role for role, status in statuses.items() if status != "open"} == set(MAY_DECIDE)


def test_bob_who_only_reads_decides_nothing_and_sees_no_desk(world):
    bob = take_seat(world.ours.account, "bob@ventorim.example", name="Bob", role="reader")
    browser = Browser().come_in(bob.user)

    assert browser.get(world.address("desk:queue")).status_code == 404
    assert browser.get(world.address("cabinet:company")).status_code == 200
    assert browser.post(world.address("desk:decide")).status_code == 404
