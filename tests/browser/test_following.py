"""Pages follow by a stream where there is one, and by the clock where there is none."""

from __future__ import annotations

import pytest

from atrio.site.demo.personas import STAFF
from tests.browser.guests import DESKTOP
from tests.browser.places import Places

pytestmark = [pytest.mark.browser, pytest.mark.tryton, pytest.mark.xdist_group("house")]

RENAME = "update onboarding_application set title = %s where id = %s returning 1"


@pytest.fixture
def waiting(house):
    """The id of an application that waits for a person."""
    return Places(house, start=500).fresh_review()


@pytest.fixture
def carla(arrive):
    guest = arrive(viewport=DESKTOP)
    guest.sign_in_as(STAFF[0].email)
    return guest


def shows(guest, title):
    guest.page.locator(".queue-link", has_text=title).wait_for()


def without_a_clock(route):
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("every 5s, ", ""))


def test_the_queue_is_drawn_anew_as_often_as_something_changes(house, carla, waiting):
    carla.page.route("**/desk/?view=free", without_a_clock)
    with carla.page.expect_response("**/live/**"):
        carla.open("/desk/?view=free")
    for title in ("Aurora Comércio", "Boreal Comércio", "Cometa Comércio"):
        house.rows(RENAME, title, waiting)
        shows(carla, title)


def test_without_a_stream_the_clock_asks(house, carla, waiting):
    carla.page.route("**/live/**", lambda route: route.fulfill(status=204))
    carla.open("/desk/?view=free")
    house.rows(RENAME, "Dourado Comércio", waiting)
    shows(carla, "Dourado Comércio")
