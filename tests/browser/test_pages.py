"""Every page, narrow and wide, light and dark: readable by everybody, nothing sticks out."""

from __future__ import annotations

import re
from itertools import cycle

import pytest

from atrio.site.demo.personas import ALICE, STAFF
from tests.browser.axe import serious_violations, told
from tests.browser.english import english_on
from tests.browser.guests import DESKTOP, PHONE
from tests.browser.places import Places

pytestmark = [pytest.mark.browser, pytest.mark.tryton, pytest.mark.xdist_group("house")]

CARLA = STAFF[0].email
TOMAS = STAFF[3].email
NOBODY = ""

# What is looked at: by whom, and where in `Places` or under which address.
APPLICANTS = {
    "landing": "/",
    "for who has lost the link": "/apply/continue/",
    "the question before withdrawing": "withdrawal",
    "first step": "first_step",
    "what the register proposes": "proposed",
    "contact": "contact",
    "code": "code",
    "summary": "summary",
    "tracker": "tracker",
    "open shop": "open_shop",
    "mailbox": "mailbox",
    "sign in": "/sign-in/",
}
CUSTOMERS = {
    "home": "/cabinet/",
    "shop": "/cabinet/shop/",
    "nothing found": "/cabinet/shop/?q=zzzz",
    "company": "/cabinet/company/",
}
DESK = {
    "queue": "/desk/",
    "empty queue": "/desk/?q=nobody",
    "case": "case",
    "review": "review",
    "promises": "/desk/promises/",
    "duplicates": "/desk/duplicates/",
    "duplicates, made one": "/desk/duplicates/?view=merged",
    "systems": "/desk/systems/",
    "outbox": "/desk/outbox/",
    "letter": "letter",
    "notices": "/desk/notices/",
    "notice": "/desk/notices/company_br/welcome/",
}
ADMINISTRATION = {
    "working calendar": "/desk/calendars/",
}
PAGES = [
    *((NOBODY, name, place) for name, place in APPLICANTS.items()),
    *((ALICE.email, name, place) for name, place in CUSTOMERS.items()),
    *((CARLA, name, place) for name, place in DESK.items()),
    *((TOMAS, name, place) for name, place in ADMINISTRATION.items()),
]


# Each page in the language of the longest words, and in one of the others: they take turns.
OTHERS = {email: cycle(["pt-BR", "fr", "es", "ru"]) for email in (NOBODY, ALICE.email)} | {
    email: cycle(["pt-BR", "ru"]) for email in (CARLA, TOMAS)
}
SPOKEN = {
    f"{name} in {language}": (email, place, language)
    for email, name, place in PAGES
    for language in ("de", next(OTHERS[email]))
}


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
    ("email", "place"), [(email, place) for email, _, place in PAGES], ids=[n for _, n, _ in PAGES]
)
def test_everybody_can_read_it_on_every_screen(guest_at, email, place):
    assert_readable(guest_at(email, place))


@pytest.mark.parametrize(("email", "place", "language"), list(SPOKEN.values()), ids=list(SPOKEN))
def test_it_speaks_every_language_and_longer_words_find_their_room(
    guest_at, email, place, language
):
    guest = guest_at(email, place, language=language)

    assert guest.sticking_out() == []
    assert english_on(guest.page, language.replace("-", "_")) == []


def test_everybody_can_read_what_was_wrong(guest_at):
    guest = guest_at(NOBODY, "contact")

    guest.refused(contact__name="A", contact__email="nobody", contact__phone="12")

    assert guest.page.locator(".field-error").count() >= 3
    assert_readable(guest)


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


def test_everybody_can_read_the_page_for_the_sign_in_code(arrive):
    guest = arrive()
    guest.open("/sign-in/")
    guest.page.locator("input[name=email]").fill("nobody@nowhere.example")
    guest.page.locator("main form button").first.click()
    guest.page.wait_for_url("**/sign-in/code/")

    assert_readable(guest)


@pytest.mark.parametrize("path", ["/nowhere/", "/apply/mistyped/"])
def test_everybody_can_read_that_there_is_nothing(arrive, path):
    guest = arrive()
    guest.open(path, status=404)

    assert_readable(guest)


def assert_readable(guest):
    """Look at the page as it stands on a telephone and on a desk, by day and by night."""
    found = []
    for viewport in (PHONE, DESKTOP):
        guest.page.set_viewport_size(viewport)
        if sticking_out := guest.sticking_out():
            found.append(f"at {viewport['width']} px these stick out: {sticking_out}")
        for scheme, rules in (("light", ()), ("dark", ("color-contrast",))):  # all else is the same
            guest.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if violations := serious_violations(guest.page, *rules):
                found.append(f"at {viewport['width']} px, {scheme}:\n{told(violations)}")
    assert not found, "\n".join(found)
