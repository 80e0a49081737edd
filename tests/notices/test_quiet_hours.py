"""Quiet hours: nobody is woken by a text message, and nobody waits for a code."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.notices.rules import end_of_quiet, sms_parts
from atrio.seller.models import BusinessUnit
from tests.notices.writing import DRAFT, deliver, unit_of

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
BERLIN = ZoneInfo("Europe/Berlin")


def ends(now, *, quiet_from=time(21), quiet_until=time(8)):
    """Return when the night ends in which a moment falls, of the moment's own zone."""
    return end_of_quiet(
        now.astimezone(UTC), zone=now.tzinfo, quiet_from=quiet_from, quiet_until=quiet_until
    )


def march(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=SAO_PAULO)


@pytest.mark.parametrize(
    ("hour", "minute", "day"),
    [(21, 0, 3), (23, 59, 3), (0, 0, 2), (7, 59, 2), (8, 0, None), (12, 0, None), (20, 59, None)],
)
def test_the_night_ends_in_the_readers_morning(hour, minute, day):
    assert ends(march(2, hour, minute)) == (day and march(day, 8))


def test_quiet_hours_may_lie_within_a_day_or_be_none():
    noon, two = march(2, 12), time(14)
    assert ends(noon, quiet_from=time(11), quiet_until=two) == march(2, 14)
    assert ends(noon, quiet_from=time(13), quiet_until=two) is None
    assert ends(noon, quiet_from=time(8), quiet_until=time(8)) is None


@pytest.mark.parametrize(("evening", "hours"), [((3, 28), 9), ((10, 24), 11), ((6, 1), 10)])
def test_the_clock_may_change_in_the_night(evening, hours):
    now = datetime(2026, *evening, 22, tzinfo=BERLIN)
    assert ends(now).hour == 8
    assert ends(now).astimezone(UTC) - now.astimezone(UTC) == timedelta(hours=hours)


START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=730)).map(lambda passed: START + passed)
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(moments, clocks, clocks, st.sampled_from([SAO_PAULO, BERLIN, ZoneInfo("Asia/Kolkata")]))
def test_what_waits_waits_less_than_a_day_and_then_no_more(now, quiet_from, quiet_until, zone):
    hours = {"zone": zone, "quiet_from": quiet_from, "quiet_until": quiet_until}
    end = end_of_quiet(now, **hours)
    if end is not None:
        assert timedelta(0) < end - now <= timedelta(hours=25)
        assert end_of_quiet(end, **hours) is None


def asleep():
    """A unit whose readers sleep now, for a few hours more."""
    now = timezone.now()
    return unit_of(
        quiet_from=(now - timedelta(hours=1)).time().replace(microsecond=0),
        quiet_until=(now + timedelta(hours=3)).time().replace(microsecond=0),
    )


@pytest.mark.django_db(transaction=True)
class TestANight:
    def test_what_can_wait_is_sent_in_the_morning_and_once(self, postbox):
        asleep()
        message = deliver(DRAFT, business_unit="nordlicht-br", can_wait=True)
        assert (message.status, postbox.letters) == ("queued", [])
        assert timedelta(hours=2) < message.due_at - timezone.now() < timedelta(hours=4)

        BusinessUnit.objects.update(quiet_until=time(0), quiet_from=time(0))  # it is morning
        run_pending(until=timezone.now() + timedelta(hours=4))
        assert len(postbox.letters) == 1
        assert Message.objects.get().due_at is None

    @pytest.mark.parametrize("changes", [{}, {"is_secret": True, "can_wait": True}])
    def test_letters_and_codes_come_at_once(self, postbox, changes):
        asleep()
        assert deliver(DRAFT, business_unit="nordlicht-br", **changes).status == "sent"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        ("ã" * 70, 1),
        ("ã" * 71, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("🎉" * 36, 2),
        ("", 1),
    ],
)
def test_a_text_message_is_counted_as_it_is_paid_for(text, parts):
    assert sms_parts(text) == parts
