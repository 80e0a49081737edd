"""Taking what is most urgent of all that nobody has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atrio.kernel.errors import NotAllowed
from atrio.onboarding.actions import claim_application, claim_next
from atrio.onboarding.models import Application
from atrio.onboarding.queue import MOST_COUNTED, count_views, ids_of_view
from tests.desk.conftest import branch
from tests.onboarding.four_eyes import Asking, open_house
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = datetime(2026, 3, 2, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def unit(tmp_path):
    return open_house(tmp_path, MONDAY)


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


@pytest.fixture
def bruno(unit):
    return hire(unit, "bruno@nordlicht.example", "associate")


def waiting(number):
    """Return applications that wait for an associate, each begun a minute after the one before."""
    times = [MONDAY + n * MINUTE for n in range(number)]
    return [Asking(at).ask(now=at, wanted="no") for at in times]


def take(by):
    found = claim_next(by=by, now=MONDAY)
    return found and found.pk


def test_the_most_urgent_comes_first_and_what_somebody_has_does_not(carla, bruno):
    first, second, third = waiting(3)
    claim_application(by=bruno, application_id=second.pk, now=MONDAY)
    assert [take(carla), take(carla), take(carla)] == [first.pk, third.pk, None]
    assert str(first.kept.owner_id) == carla.id
    assert first.promise("person:look").person == "Carla"


def test_nobody_is_given_what_they_may_not_decide_on(carla, bruno):
    sold, seen, free = waiting(3)
    Application.objects.filter(pk=sold.pk).update(sold_by=carla.id)
    seen.look(carla, clear=True, now=MONDAY)  # now a second person must
    assert [take(carla), take(carla)] == [free.pk, None]
    assert [take(bruno), take(bruno), take(bruno)] == [sold.pk, seen.pk, None]


def test_what_waits_for_others_is_left_alone(carla):
    (asking,) = waiting(1)
    asking.look(carla, clear=False, now=MONDAY)  # asks back
    Asking(MONDAY)  # still types
    assert take(carla) is None


def test_who_sells_takes_none(unit):
    waiting(1)
    with pytest.raises(NotAllowed):
        take(hire(unit, "martin@nordlicht.example", "manager"))


def test_who_works_elsewhere_finds_none(unit):
    waiting(1)
    assert take(hire(branch("elsewhere"), "mallory@elsewhere.example", "associate")) is None


def test_it_costs_the_same_however_many_wait(carla):
    waiting(2)
    few = statements_of(carla)
    waiting(8)
    assert statements_of(carla) == few


def statements_of(by):
    with CaptureQueriesContext(connection) as caught:
        assert take(by)
    return len(caught)


def test_views_are_counted_together_and_show_what_they_count(carla, bruno):
    waiting(3)
    take(bruno)
    take(carla)
    with CaptureQueriesContext(connection) as caught:
        counts = count_views(carla)
    assert len(caught) == 1
    assert counts == {
        "associate": 3,
        "mine": 1,
        "free": 1,
        "customer": 0,
        "admin": 0,
        "outside": 0,
        "open": 3,
        "finished": 0,
    }
    shown = {view: len(ids_of_view(carla, view, slice(0, MOST_COUNTED))) for view in counts}
    assert shown == counts


def test_of_ones_own_those_come_first_that_wait_for_oneself(carla):
    asked_back, waits = waiting(2)
    take(carla)
    take(carla)
    asked_back.look(carla, clear=False, now=MONDAY)
    assert asked_back.kept.promised_at == waits.kept.promised_at - MINUTE
    assert ids_of_view(carla, "mine", slice(0, 50)) == [waits.pk, asked_back.pk]


def test_five_who_press_at_once_get_five_different_ones(unit):
    names = ("ana", "bia", "caio", "davi", "enzo")
    people = [hire(unit, f"{name}@nordlicht.example", "associate") for name in names]
    made = [asking.pk for asking in waiting(6)]
    start = Barrier(5)

    def press(by):
        try:
            start.wait(20)
            return take(by)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        taken = list(pool.map(press, people))
    assert sorted(taken) == sorted(made[:5])
    owners = Application.objects.filter(pk__in=taken).values_list("owner", flat=True)
    assert len(set(owners)) == 5
