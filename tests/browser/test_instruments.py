"""The instruments of these tests notice what they are there for: each is shown something bad."""

from __future__ import annotations

import pytest

from tests.browser.axe import serious_violations
from tests.browser.guests import Guest

pytestmark = [pytest.mark.browser, pytest.mark.tryton, pytest.mark.xdist_group("house")]


@pytest.fixture
def guest(browser, house):
    """Somebody on the first page, who may complain."""
    guest = Guest(browser, house.url)
    guest.open("/")
    yield guest
    guest.leave()


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ("document.body.setAttribute('style', 'color: red')", "style-src"),
        ("new Image().src = 'http://127.0.0.1:9/picture.png'", "a request to http://127.0.0.1:9/"),
        ("fetch('/nowhere/')", "404"),
        ("setTimeout(() => { throw new Error('broken') })", "broken"),
    ],
    ids=["an inline style", "a picture from elsewhere", "a missing file", "a broken script"],
)
def test_a_browser_complains_of(guest, bad, complaint):
    assert guest.complaints == []

    guest.page.evaluate(f"() => {{ {bad}; }}")

    guest.wait_until(lambda: any(complaint in one for one in guest.complaints))


def test_what_sticks_out_is_seen(guest):
    assert guest.sticking_out() == []

    guest.page.evaluate("document.querySelector('h1').style.minWidth = '90rem'")

    assert any("H1" in one for one in guest.sticking_out())


def test_axe_sees_what_cannot_be_read(guest):
    assert serious_violations(guest.page) == []

    guest.page.evaluate("document.querySelector('.three p').style.color = 'lightgrey'")

    assert serious_violations(guest.page)
