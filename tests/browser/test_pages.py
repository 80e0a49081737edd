"""Every page, narrow and wide, light and dark: readable by everybody, nothing sticks out."""

from __future__ import annotations

import re
from itertools import cycle
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from atrio.site.demo.personas import ALICE
from tests.browser.guests import PHONE
from tests.browser.pages import NOBODY, PAGES, addresses_to_get, every_address
from tests.browser.places import Places
from tests.browser.reading import assert_readable, hard_to_read, still_english, too_wide

pytestmark = [pytest.mark.browser, pytest.mark.tryton, pytest.mark.xdist_group("house")]

# Each page in the language of the longest words, and in one of the others: they take turns.
OF_CUSTOMERS, OF_THE_DESK = cycle(["pt-BR", "fr", "es", "ru"]), cycle(["pt-BR", "ru"])
SPOKEN = [
    (page, next(OF_THE_DESK if page.name.startswith("desk:") else OF_CUSTOMERS)) for page in PAGES
]


def test_no_page_is_forgotten():
    assert every_address() == addresses_to_get()


@pytest.fixture(scope="session")
def places(running):
    return Places(running)


@pytest.fixture(scope="module")
def signed_in():
    """Cookies by email, so that everybody signs in once."""
    return {}


@pytest.fixture
def guest_at(arrive, places, signed_in):
    """Let somebody stand before a page, signed in if they have to be."""

    def stand(email, place, **options):
        path = place if place.startswith("/") else getattr(places, place)
        if email == ALICE.email:
            assert places.open_shop  # makes her a customer
        if email and email not in signed_in:
            at_the_door = arrive()
            at_the_door.sign_in_as(email)
            signed_in[email] = at_the_door.cookies
        guest = arrive(cookies=signed_in.get(email, ()), **options)
        guest.open(path)
        return guest

    return stand


@pytest.mark.parametrize(
    ("page", "other_language"),
    SPOKEN,
    ids=[f"{page.name} {page.state}".strip() for page in PAGES],
)
def test_everybody_can_read_it_on_every_screen_and_in_every_language(
    guest_at, page, other_language
):
    guest = guest_at(page.email, page.place, language="de")
    assert resolve(urlsplit(guest.page.url).path).view_name == page.name

    found = hard_to_read(guest) + still_english(guest, "de")
    guest.speak(other_language)
    guest.page.set_viewport_size(PHONE)
    found += too_wide(guest) + still_english(guest, other_language)

    assert not found, "\n".join(found)


def test_everybody_can_read_what_was_wrong(guest_at):
    guest = guest_at(NOBODY, "contact")

    guest.refused(contact__name="A", contact__email="nobody", contact__phone="12")

    assert guest.page.locator(".field-error").count() >= 3
    assert_readable(guest)


def test_everybody_can_read_where_a_better_address_is_asked(arrive, places):
    guest = arrive(language="de")
    guest.walk(places.suspended())
    track = urlsplit(guest.page.url).path
    places.let_letters_come_back(track)

    guest.open(track.replace("/track/", "/address/"))

    assert guest.page.locator("[name=email]").is_visible()
    found = hard_to_read(guest) + still_english(guest, "de")
    assert not found, "\n".join(found)


def test_everybody_can_read_who_is_asked_for_a_step_and_the_tracker_goes_on(guest_at, house):
    alice = guest_at(NOBODY, Places(house, start=700).proposed)
    alice.page.locator("a[href$='/ask/']").click()
    alice.page.wait_for_url("**/ask/")
    assert_readable(alice)
    asking = {"name": "Dana Roth", "email": "dana@v.example", "asked_by": "Alice", "note": "Please"}
    for name, said in asking.items():
        alice.page.locator(f"[name={name}]").fill(said)
    alice.page.locator("main form button[type=submit]").click()
    alice.page.wait_for_url("**/track/")
    assert_readable(alice)

    ((letter,),) = house.rows(
        "select text from notices_message where notice = 'step_asked'"
        " order by created_at desc limit 1"
    )
    dana = guest_at(NOBODY, re.search(r"/asked/[^\s)]+", letter)[0])
    assert_readable(dana)
    dana.page.locator("main form .btn-primary").click()
    dana.page.locator("h1", has_text="Thank you").wait_for()
    assert_readable(dana)
    alice.arrive_at("give_contact")


@pytest.mark.parametrize("path", ["/nowhere/", "/apply/mistyped/"])
def test_everybody_can_read_that_there_is_nothing(arrive, path):
    guest = arrive()
    guest.open(path, status=404)

    assert_readable(guest)
