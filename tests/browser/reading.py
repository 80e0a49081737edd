"""Whether everybody can read a page: on a telephone and on a desk, by day and by night."""

from __future__ import annotations

from tests.browser.axe import serious_violations, told
from tests.browser.english import english_on
from tests.browser.guests import DESKTOP, PHONE
from tests.browser.keyboard import lost_focus

# What WCAG asks for: a desk's page at four times its size.
NARROWEST = {"width": 320, "height": 780}


def assert_readable(guest):
    """Look at the page as it stands."""
    found = hard_to_read(guest)
    assert not found, "\n".join(found)


def hard_to_read(guest):
    """Return what axe and we find wrong with the page, in every size and theme."""
    found = []
    for viewport in (PHONE, DESKTOP):
        guest.page.set_viewport_size(viewport)
        found += [f"at {viewport['width']} px {lost}" for lost in lost_focus(guest.page)]
        found += _said_by_axe(guest, "target-size")  # left out by axe unless it is asked for
    guest.page.set_viewport_size(NARROWEST)
    found += too_wide(guest)  # opens all menus, which stay open
    for viewport in (PHONE, DESKTOP):
        guest.page.set_viewport_size(viewport)
        found += too_wide(guest)
        for scheme, rules in (("light", ()), ("dark", ("color-contrast",))):  # all else is the same
            guest.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += _said_by_axe(guest, *rules, about=scheme)
    return found


def _said_by_axe(guest, *rules, about=""):
    violations = serious_violations(guest.page, *rules)
    width = guest.page.viewport_size["width"]
    return [f"at {width} px {about}:\n{told(violations)}"] if violations else []


def too_wide(guest):
    """Return what sticks out of the page as wide as it is."""
    sticking_out = guest.sticking_out()
    width = guest.page.viewport_size["width"]
    return [f"at {width} px these stick out: {sticking_out}"] if sticking_out else []


def still_english(guest, language):
    """Return what of ours the page says in English although it should not. Spoils the page."""
    found = english_on(guest.page, language.replace("-", "_"))
    return [f"in {language}: {found}"] if found else []
