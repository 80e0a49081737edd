"""The desk by its keys: through the queue, into an application, to a decision and back."""

from __future__ import annotations

import pytest

from atrio.site.demo.personas import STAFF
from tests.browser.guests import DESKTOP
from tests.browser.places import Places

pytestmark = [pytest.mark.browser, pytest.mark.tryton, pytest.mark.xdist_group("house")]

CARLA = STAFF[0].email
ROW = "document.activeElement.closest('tr')?.innerText ?? ''"
PLACE = "[...document.querySelectorAll('.queue-link')].indexOf(document.activeElement)"


@pytest.fixture
def carla(arrive):
    guest = arrive(viewport=DESKTOP)
    guest.sign_in_as(CARLA)
    return guest


@pytest.fixture
def waiting(house):
    """The reference of an application that waits for a person, and is not the first to do so."""
    places = Places(house, start=400)  # companies of our own
    places.fresh_review()
    query = "select reference from onboarding_application where id = %s"
    return house.rows(query, places.fresh_review())[0][0]


def test_carla_decides_without_a_mouse_and_is_back_where_she_was(carla, waiting):
    carla.open("/desk/")
    press, page = carla.page.keyboard.press, carla.page
    rows = page.locator(".queue-link").count()
    press("j")
    while waiting not in page.evaluate(ROW):
        at = page.evaluate(PLACE)
        press("j")
        assert at + 1 == page.evaluate(PLACE) < rows
    at = page.evaluate(PLACE)
    press("k")
    press("j")
    assert page.evaluate(PLACE) == at

    press("Enter")
    page.wait_for_url("**/desk/applications/**")
    page.locator("html[data-keys=on]").wait_for()
    press("c")
    page.locator(".owner-who", has_text="You have it").wait_for()
    press("2")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    press("d")
    press("Space")  # approve
    told = page.locator("[name='review.reason']")
    assert not told.is_visible()
    press("ArrowDown")  # decline: what we tell the customer is asked at once
    told.wait_for()
    press("ArrowUp")
    told.wait_for(state="hidden")
    press("Enter")

    page.wait_for_url("**/desk/")
    assert page.locator(".note", has_text=waiting).is_visible()
    carla.wait_until(lambda: page.evaluate(PLACE) in {at, page.locator(".queue-link").count() - 1})


def test_another_list_begins_at_its_top_whatever_row_was_opened_before(carla):
    carla.open("/")
    carla.begin()  # somebody is filling in
    carla.open("/desk/?view=open")
    carla.page.locator(".queue-link").first.click()
    carla.page.wait_for_url("**/desk/applications/**")
    carla.open("/desk/drafts/")
    carla.page.locator(".queue-link").first.wait_for()
    assert carla.page.evaluate(PLACE) == -1


def test_keys_are_told_and_can_be_switched_off(carla):
    carla.open("/desk/")
    press, page = carla.page.keyboard.press, carla.page
    page.locator("html[data-keys=on]").wait_for()
    press("/")
    press("?")  # a question mark in a field is one
    assert page.locator("input[type=search]").input_value() == "?"
    page.locator("h1").click()
    press("Control+?")
    assert not page.locator("dialog#keys").is_visible()
    press("?")
    page.locator("dialog#keys").wait_for()
    page.locator("[data-keys-on]").uncheck()
    press("Escape")
    press("?")
    press("j")
    assert not page.locator("dialog#keys").is_visible()
    assert page.evaluate(PLACE) == -1

    carla.open("/desk/")  # remembered
    page.locator("html[data-keys=off]").wait_for()
    page.locator(".menu summary").last.click()
    page.locator("[data-open-keys]").click()
    page.locator("[data-keys-on]").check()
    page.locator("[data-close-keys]").click()
    press("?")
    page.locator("dialog#keys").wait_for()
