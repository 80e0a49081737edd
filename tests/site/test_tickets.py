"""Who may hear of what: a page gives its reader a ticket for that and nothing else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from lxml import html

from atrio.kernel.live.tickets import application_key, ticket_at, unit_key
from atrio.onboarding.models import Application
from tests.apply.people import Applicant
from tests.desk.conftest import branch
from tests.desk.seats import at_the_desk
from tests.onboarding.house import furnish, hire


@pytest.fixture
def unit(db):
    return furnish(name=uuid4().hex)


def keys_in(response):
    """Return what the one ticket on a page, or on a part of it, is for."""
    (address,) = html.fromstring(response.content.decode()).xpath("//@data-live")
    return ticket_at(address).keys


def test_the_tracker_hears_of_its_own_application(unit):
    Applicant(email="mallory@elsewhere.example").begin()
    alice = Applicant().begin()
    alice.send(alice.right_answers("enter_tax_id"))
    tracker = alice.client.get(alice.address("track"))
    part = alice.client.get(alice.address("track"), headers={"HX-Request": "true"})
    hers = Application.objects.latest("created_at")
    assert keys_in(tracker) == keys_in(part) == (application_key(hers.pk),)


@pytest.mark.parametrize("page", ["/desk/", "/desk/drafts/"])
def test_the_desk_hears_of_the_units_its_reader_works_for(unit, page):
    branch("sul")
    carla = at_the_desk(hire(unit, "carla@nordlicht.example", "associate"))
    other = at_the_desk(hire(branch("norte"), "dora@nordlicht.example", "associate"))
    assert keys_in(carla.get(page)) == (unit_key(unit.code),)
    assert keys_in(other.get(page)) == (unit_key("norte"),)
