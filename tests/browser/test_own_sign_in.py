"""One's own sign-in in a real browser: a passkey is made, signs in, and nothing else will do."""

from __future__ import annotations

import re
import time
from itertools import count

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import resolve

from atrio.outside.invented import invented_numbers
from atrio.site.demo.personas import STAFF
from tests.browser.guests import PHONE, Guest
from tests.browser.pages import ELSEWHERE
from tests.browser.reading import hard_to_read, still_english

pytestmark = [pytest.mark.browser, pytest.mark.tryton, pytest.mark.xdist_group("house")]
CARLA = STAFF[0].email
_companies = count(1500)


@pytest.fixture
def front(house):
    """The house at a name that passkeys accept: an address of numbers is none."""
    return house.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def carla(browser, front, house):
    """Carla, with a device that knows her finger; the others of this house find her without it."""
    guest = Guest(browser, front)
    device = guest.page.context.new_cdp_session(guest.page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    guest.sign_in_as(CARLA)
    yield guest
    house.rows("delete from mfa_authenticator returning id")
    guest.leave()
    assert guest.complaints == []


def test_a_passkey_is_made_and_signs_in_by_one_click(carla):
    page = carla.page
    carla.open("/sign-in/own/passkey/")
    page.locator("[name=name]").fill("My phone")
    page.locator("[data-passkey=create] > button").click()
    page.wait_for_url("**/sign-in/own/codes/")
    assert page.locator(".codes li").count() == 10

    carla.open("/sign-in/own/")
    assert page.get_by_text("My phone").is_visible()
    carla.open("/desk/")
    page.evaluate(SIGN_OUT)
    page.wait_for_url(re.compile(r":\d+/$"))
    carla.open("/sign-in/?next=/desk/outbox/")
    page.locator("[data-passkey=get] > button").click()
    page.wait_for_url("**/desk/outbox/")


SIGN_OUT = "document.querySelector(\"form[action='/sign-out/']\").requestSubmit()"


def test_where_scripts_do_not_run_the_pages_say_what_works(browser, front):
    guest = Guest(browser, front, scripts=False)
    guest.open("/sign-in/")
    assert not guest.page.locator("[data-passkey]").is_visible()
    assert guest.page.locator("[name=email]").first.is_visible()
    guest.leave()


class Reader:
    """Somebody who looks closely at each page on the way."""

    def __init__(self, guest):
        self.guest, self.page, self.seen, self.found = guest, guest.page, set(), []

    def look(self, name):
        """Read the page one is on, which is to be the one of this name."""
        path = self.page.url.removeprefix(self.guest.url).partition("?")[0]
        assert resolve(path).view_name == name
        self.seen.add(name)
        problems = hard_to_read(self.guest) + still_english(self.guest, "de")
        self.found += [f"{name} {problem}" for problem in problems]
        self.page.set_viewport_size(PHONE)
        self.page.reload()

    def open(self, path, name):
        """Go to a page and read it."""
        self.guest.open(path)
        self.look(name)


def test_everybody_can_read_how_one_signs_in(arrive):
    guest = arrive(language="de")
    number = next(invented_numbers(start=next(_companies)))
    guest.walk(number)
    guest.into_the_shop()
    reader, page = Reader(guest), guest.page

    page.evaluate(SIGN_OUT)
    page.wait_for_url(re.compile(r":\d+/$"))
    guest.ask_for_code(f"alice@v{number}.example")
    reader.look("account_confirm_login_code")
    reader.open("/people/mail/", "demo_mailbox")
    guest.give_code()
    page.wait_for_url("**/cabinet/**")
    reader.open("/sign-in/own/", "mfa_index")
    reader.open("/sign-in/again/", "account_reauthenticate")
    reader.open("/sign-in/own/passkey/", "mfa_add_webauthn")
    reader.open("/sign-in/own/app/", "mfa_activate_totp")
    secret = page.locator("code.secret").inner_text()
    page.locator("[name=code]").fill(code_of(secret))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/sign-in/own/codes/")
    reader.seen.add("mfa_view_recovery_codes")  # shown once, and never again
    reader.found += hard_to_read(guest) + still_english(guest, "de")
    reader.open("/sign-in/own/", "mfa_index")
    guest.open("/cabinet/")
    page.evaluate(SIGN_OUT)
    page.wait_for_url(re.compile(r":\d+/$"))
    guest.come_in(f"alice@v{number}.example")
    page.wait_for_url("**/sign-in/second/")
    reader.look("mfa_authenticate")

    assert not reader.found, "\n".join(reader.found)
    assert reader.seen | {"apply:address"} == ELSEWHERE.keys()


def code_of(secret):
    """Return the code that an app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
