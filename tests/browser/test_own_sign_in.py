"""One's own sign-in in a real browser: a passkey is made, signs in, and nothing else will do."""

from __future__ import annotations

import re

import pytest

from atrio.site.demo.personas import STAFF
from tests.browser.guests import Guest

pytestmark = [pytest.mark.browser, pytest.mark.tryton, pytest.mark.xdist_group("house")]
CARLA = STAFF[0].email


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
