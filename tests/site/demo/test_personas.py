"""Being one of the demonstration's people by one click: in the demo, and nowhere else."""

from __future__ import annotations

import re

import pytest

from atrio.identity.actions import ensure_user
from atrio.seller.models import Staff
from atrio.site.demo.personas import ALICE, PERSONAS, STAFF
from tests.parties.customers import Browser, become_customer, make_unit

BE_SOMEBODY, ASK = "/people/", "/sign-in/"
CARLA = STAFF[0]
pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(settings):
    """A demo whose staff is there and whose first customer is not."""
    settings.ATRIO_DEMO = True
    unit = make_unit()
    for persona in STAFF:
        user = ensure_user(email=persona.email, name=persona.name, language="en")
        for role in persona.roles:
            Staff.objects.create(user=user, business_unit=unit, role=role)
    return unit


def names_on_the_page():
    page = Browser().get(ASK).content.decode()
    return [persona.name for persona in PERSONAS if persona.name in page]


def test_the_demos_people_stand_on_the_page_and_the_customer_once_she_is_one(unit):
    assert names_on_the_page() == [persona.name for persona in STAFF]

    become_customer(unit, ALICE.email)

    assert names_on_the_page() == [ALICE.name, *(persona.name for persona in STAFF)]


def test_one_click_lets_staff_to_the_desk_and_the_customer_into_the_cabinet(unit):
    become_customer(unit, ALICE.email)
    for persona, place in ((CARLA, "/desk/"), (ALICE, "/cabinet/")):
        browser = Browser()

        answer = browser.post(BE_SOMEBODY, {"email": persona.email})

        assert answer["Location"] == "/home/"
        assert browser.get("/home/")["Location"] == place


def test_changing_from_one_person_to_another_leaves_nothing_of_the_first(unit):
    become_customer(unit, ALICE.email)
    browser = Browser()
    browser.post(BE_SOMEBODY, {"email": ALICE.email})
    before = browser.session.session_key

    browser.post(BE_SOMEBODY, {"email": CARLA.email})

    assert browser.session.session_key != before
    assert browser.get("/cabinet/").status_code == 404


@pytest.mark.parametrize("email", ["", "root@nordlicht.example", ALICE.email, "\0"])
def test_nobody_else_can_be_become(unit, email):
    ensure_user(email="root@nordlicht.example", name="Root", language="en")

    assert Browser().post(BE_SOMEBODY, {"email": email}).status_code == 404


def test_it_takes_a_post(unit):
    assert Browser().get(BE_SOMEBODY).status_code == 405


def read_the_code(browser):
    """Ask for a code and follow the page's link to the mail in which it stands."""
    browser.post(ASK, {"email": ALICE.email.title()})
    page = browser.get("/sign-in/code/").content.decode()
    assert ('href="/people/mail/"' in page) == (browser.get("/people/mail/").status_code == 200)
    return re.findall(r"[A-Z]{4}-[A-Z]{4}", browser.get("/people/mail/").content.decode())


def test_a_code_can_be_read_where_no_mail_leaves_the_house(unit, settings):
    settings.EMAIL_BACKEND = "atrio.notices.email.OutboxBackend"
    become_customer(unit, ALICE.email)
    browser = Browser()

    (code,) = read_the_code(browser)
    browser.post("/sign-in/code/", {"code": code})

    assert browser.get("/home/")["Location"] == "/cabinet/"
    assert Browser().get("/people/mail/").status_code == 404


def test_outside_the_demo_a_code_stands_in_ones_own_mailbox_only(unit, settings):
    settings.EMAIL_BACKEND = "atrio.notices.email.OutboxBackend"
    settings.ATRIO_DEMO = False
    become_customer(unit, ALICE.email)

    assert read_the_code(Browser()) == []


def test_outside_the_demo_there_is_no_such_thing(unit, settings):
    settings.ATRIO_DEMO = False

    assert names_on_the_page() == []
    assert Browser().post(BE_SOMEBODY, {"email": CARLA.email}).status_code == 404
