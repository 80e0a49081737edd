"""Who may come into the cabinet, and for which company."""

from __future__ import annotations

import pytest
from django.urls import get_resolver, reverse
from lxml import html

from atrio.identity.actions import ensure_user
from atrio.parties.models import LegalEntity, Membership
from atrio.seller.models import Staff
from tests.parties.customers import Browser, become_customer, take_seat

HOME, SWITCH = "/cabinet/", "/cabinet/switch/"
PAGES = ["home", "catalogue", "company"]


def company_on(browser):
    page = html.fromstring(browser.get("/cabinet/company/").content.decode())
    return page.findtext(".//h1")


def test_every_page_of_the_cabinet_is_tried_here():
    (resolver,) = [
        r for r in get_resolver().url_patterns if getattr(r, "namespace", "") == "cabinet"
    ]
    assert {pattern.name for pattern in resolver.url_patterns} == {
        *PAGES,
        "switch",
        "sign-on",  # tests/cabinet/test_sign_on.py
        # tests/stories/test_known_customer.py
        "request",
        "request-by-letter",
        # tests/stories/test_withdrawing.py
        "withdraw-credit",
    }


@pytest.mark.parametrize("page", PAGES)
def test_whoever_has_not_signed_in_is_asked_to_and_comes_back(db, page):
    answer = Browser().get(reverse(f"cabinet:{page}"))

    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in/?next={reverse(f'cabinet:{page}')}"


@pytest.mark.parametrize("page", PAGES)
def test_staff_without_a_company_find_no_cabinet(unit, page):
    carla = ensure_user(email="carla@nordlicht.example", name="Carla", language="en")
    Staff.objects.create(user=carla, business_unit=unit, role="associate")

    answer = Browser().come_in(carla).get(reverse(f"cabinet:{page}"))

    assert answer.status_code == 404
    assert "There is no company here yet" in answer.content.decode()


def test_a_seat_that_was_taken_away_is_gone_with_the_next_request(browser, alice):
    assert browser.get(HOME).status_code == 200

    Membership.objects.filter(user=alice.user).delete()

    assert browser.get(HOME).status_code == 404


def test_a_user_who_was_locked_is_out_with_the_next_request(browser, alice):
    alice.user.is_active = False
    alice.user.save(update_fields=["is_active"])

    assert browser.get(HOME).status_code == 302


def test_one_login_serves_several_companies_one_at_a_time(browser, unit, alice):
    become_customer(unit, alice.user.email, company="Lumivasto Ltda")
    assert company_on(browser) == "Ventorim Instalações Ltda"
    other = LegalEntity.objects.get(legal_name="Lumivasto Ltda")

    answer = browser.post(SWITCH, {"entity": str(other.pk)})

    assert answer["Location"] == HOME
    assert company_on(browser) == "Lumivasto Ltda"


@pytest.mark.parametrize("entity", ["", "x", "\0", "01a1ffb5-e888-7fa4-8ebc-aa3e9e35f2be"])
def test_a_company_that_is_not_there_cannot_be_chosen(browser, entity):
    assert browser.post(SWITCH, {"entity": entity}).status_code == 404
    assert company_on(browser) == "Ventorim Instalações Ltda"


def test_choosing_takes_a_post(browser):
    assert browser.get(SWITCH).status_code == 405


def test_mallory_cannot_choose_alices_company_even_with_its_id(alice, mallory):
    browser = Browser().come_in(mallory.user)
    theirs = LegalEntity.objects.get(account=alice.account)

    answer = browser.post(SWITCH, {"entity": str(theirs.pk)})

    assert answer.status_code == 404
    assert company_on(browser) == "Marupanga S.A."


def test_mallory_cannot_smuggle_alices_company_into_her_session(alice, mallory):
    browser = Browser().come_in(mallory.user)
    session = browser.session
    session["legal_entity"] = str(LegalEntity.objects.get(account=alice.account).pk)
    session.save()

    assert company_on(browser) == "Marupanga S.A."


def test_a_company_chosen_before_the_seat_was_lost_is_no_longer_shown(browser, unit, alice):
    other = become_customer(unit, alice.user.email, company="Lumivasto Ltda")
    chosen = LegalEntity.objects.get(account=other.account)
    browser.post(SWITCH, {"entity": str(chosen.pk)})

    Membership.objects.filter(account=other.account).delete()

    assert company_on(browser) == "Ventorim Instalações Ltda"


def test_bob_who_only_reads_sees_the_pages(alice):
    bob = take_seat(alice.account, "bob@ventorim.example", name="Bob Reis", role="reader")
    browser = Browser().come_in(bob.user)

    assert [browser.get(reverse(f"cabinet:{page}")).status_code for page in PAGES] == [200] * 3
