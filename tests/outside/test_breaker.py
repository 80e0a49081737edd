"""A system that does not answer is left alone, asked carefully, and welcomed back."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from atrio.kernel.errors import NoAnswer, NotYet, OutsideBusy, OutsideFailure
from atrio.kernel.events import on
from atrio.outside.actions import asking
from atrio.outside.breaker import (
    LONGEST_REST,
    OPENS_AFTER,
    SHORTEST_REST,
    Resting,
    rest_after,
)
from atrio.outside.connections import connection_row, open_erp
from atrio.outside.events import ConnectionRecovered
from atrio.outside.jobs import probe_connections
from atrio.outside.models import Connection, Delivery

pytestmark = pytest.mark.django_db

_recovered = []


@on(ConnectionRecovered)
def _remember(event):
    _recovered.append(event.connection)


@pytest.fixture(autouse=True)
def _nothing_recovered_yet():
    _recovered.clear()


def ask(error=None):
    """Ask the connection once, the way a job does: with the row as it stands now."""
    with asking(connection=connection_row("erp-br"), operation="erp.find"):
        if error:
            raise error


def fail(times=1):
    for _ in range(times):
        with pytest.raises(OutsideBusy):
            ask(OutsideBusy("503"))


def rest_is_over():
    a_moment_ago = timezone.now() - timedelta(seconds=1)
    Connection.objects.filter(code="erp-br").update(rests_until=a_moment_ago)


def test_it_rests_after_so_many_failures_in_a_row(connect):
    connect()
    fail(OPENS_AFTER - 1)
    ask()
    fail(OPENS_AFTER)

    with pytest.raises(Resting) as refused:
        ask()

    assert timedelta(0) < refused.value.until - timezone.now() <= SHORTEST_REST
    assert Connection.objects.get().silent_since is not None


def test_nothing_is_sent_and_nothing_counted_while_it_rests(connect):
    erp = open_erp(connect())
    fail(OPENS_AFTER)

    for _ in range(3):
        with pytest.raises(Resting), asking(connection=connection_row("erp-br"), operation="x"):
            erp.find_customer(reference="K7M2-9QXA")

    assert erp.calls() == []
    assert Connection.objects.get().failures == OPENS_AFTER
    assert not Delivery.objects.exists()


def test_when_the_rest_is_over_one_goes_ahead_and_the_others_wait(connect):
    connect()
    fail(OPENS_AFTER)
    rest_is_over()
    as_both_see_it = connection_row("erp-br")

    with (
        asking(connection=as_both_see_it, operation="erp.find"),
        pytest.raises(Resting),
        asking(connection=as_both_see_it, operation="erp.find"),
    ):
        raise AssertionError("two went ahead")


def test_an_answer_to_the_one_that_went_ahead_lets_everybody_in_and_is_announced_once(connect):
    connect()
    fail(OPENS_AFTER)
    rest_is_over()

    ask()
    ask()

    assert _recovered == ["erp-br"]
    row = Connection.objects.get()
    assert (row.failures, row.silent_since, row.rests_until) == (0, None, None)


def test_silence_makes_the_next_rest_longer(connect):
    connect()
    fail(OPENS_AFTER)
    silent_for = timedelta(seconds=30)
    Connection.objects.update(silent_since=timezone.now() - silent_for)
    rest_is_over()

    fail()

    rests = Connection.objects.get().rests_until - timezone.now()
    assert silent_for * 0.7 < rests <= silent_for * 1.1


@pytest.mark.parametrize("answer", [NotYet("later"), OutsideFailure("no such group")])
def test_an_answer_is_an_answer_even_a_refusal(connect, answer):
    connect()
    fail(OPENS_AFTER)
    rest_is_over()

    with pytest.raises(type(answer)):
        ask(answer)

    assert Connection.objects.get().failures == 0
    assert _recovered == ["erp-br"]


def test_a_request_without_an_answer_counts_like_an_error(connect):
    connect()
    for _ in range(OPENS_AFTER):
        with pytest.raises(NoAnswer):
            ask(NoAnswer("sent, silence"))

    with pytest.raises(Resting):
        ask()


def test_a_call_that_was_answered_in_its_first_half_is_no_silence(connect):
    erp = open_erp(connect())
    erp.break_next("read_customer", "busy", times=2 * OPENS_AFTER)

    def look_and_read():
        with asking(connection=connection_row("erp-br"), operation="erp.create_customer"):
            erp.find_customer(reference="K7M2-9QXA")
            erp.read_customer("4711")

    for _ in range(2 * OPENS_AFTER):
        with pytest.raises(OutsideBusy):
            look_and_read()

    row = Connection.objects.get()
    assert (row.failures, row.rests_until) == (1, None)


def test_an_answer_counts_for_calls_that_began_before_the_failures(connect):
    connect()
    for _ in range(2):
        with asking(connection=connection_row("erp-br"), operation="erp.find"):
            fail(OPENS_AFTER - 1)

    assert Connection.objects.get().failures == 0


def test_a_system_that_is_well_costs_no_statement(connect, django_assert_num_queries):
    row = connect()

    with django_assert_num_queries(0), asking(connection=row, operation="erp.find"):
        pass


def test_where_no_call_waits_the_background_asks(connect):
    erp = open_erp(connect())
    fail(OPENS_AFTER)
    probe_connections()
    assert erp.calls() == []  # it rests

    rest_is_over()
    erp.break_next("probe", "busy")
    probe_connections()
    assert not _recovered

    rest_is_over()
    probe_connections()
    assert _recovered == ["erp-br"]
    assert erp.calls() == ["probe", "probe"]


def test_rests_double_up_to_a_minute_and_differ():
    random = Random(7)
    rests = [rest_after(timedelta(seconds=s), random=random) for s in (0, 5, 10, 40, 400, 86_400)]

    assert all(0.8 * s <= r <= s for s, r in zip([SHORTEST_REST] * 2, rests[:2], strict=True))
    assert timedelta(seconds=32) <= rests[3] <= timedelta(seconds=40)
    assert all(0.8 * LONGEST_REST <= rest <= LONGEST_REST for rest in rests[4:])
    assert len(set(rests)) == len(rests)
