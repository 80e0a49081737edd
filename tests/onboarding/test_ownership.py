"""Owners where two people have to look: the first pair of eyes lets go."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from atrio.onboarding.actions import claim_application, hand_over
from atrio.onboarding.actions.own_application import CannotHaveIt
from atrio.timeline.models import Entry
from tests.onboarding.four_eyes import Asking, open_house
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 13, tzinfo=UTC)


@pytest.fixture
def unit(tmp_path):
    return open_house(tmp_path, MONDAY)


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


@pytest.fixture
def bruno(unit):
    return hire(unit, "bruno@nordlicht.example", "associate")


@pytest.fixture
def seen_once(carla):
    """An application that Carla has looked at, and that a second person must."""
    asking = Asking(MONDAY).ask(now=MONDAY)
    asking.look(carla, clear=True, now=MONDAY)
    return asking


def test_whoever_was_the_first_lets_it_go_so_that_a_second_can_take_it(seen_once, bruno):
    assert seen_once.kept.owner is None
    assert seen_once.kept.current_step == "look_again"
    assert Entry.objects.filter(what="application.freed").count() == 1

    claim_application(by=bruno, application_id=seen_once.pk, now=MONDAY)

    assert str(seen_once.kept.owner_id) == bruno.id
    assert seen_once.promise("person:look_again").person == "Bruno"


def test_it_is_not_handed_back_to_the_first(seen_once, carla, bruno):
    with pytest.raises(CannotHaveIt, match="Carla has decided already"):
        hand_over(by=bruno, application_id=seen_once.pk, to=UUID(carla.id), note="", now=MONDAY)


def test_what_must_be_looked_at_twice_is_looked_at_by_its_owner_when_they_were_not_the_first(
    unit, carla, bruno
):
    asking = Asking(MONDAY).ask(now=MONDAY)
    claim_application(by=bruno, application_id=asking.pk, now=MONDAY)
    asking.look(carla, clear=True, now=MONDAY)
    assert str(asking.kept.owner_id) == bruno.id
    assert asking.promise("person:look_again").person == "Bruno"
