"""The cast, in front of the cabinet."""

from __future__ import annotations

import pytest

from tests.parties.customers import Browser, become_customer, make_unit


@pytest.fixture
def unit(db):
    """Who sells: thirty articles, two price groups."""
    return make_unit()


@pytest.fixture
def alice(unit):
    """Alice buys for Ventorim."""
    return become_customer(unit)


@pytest.fixture
def mallory(unit):
    """Mallory works elsewhere."""
    return become_customer(
        unit, "mallory@marupanga.example", name="Mallory Dias", company="Marupanga S.A."
    )


@pytest.fixture
def browser(alice):
    """Alice's browser, signed in."""
    return Browser().come_in(alice.user)
