"""Nothing is sent twice: by real workers that are killed and paused, and in any order of events."""

from __future__ import annotations

import os
import signal
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atrio.kernel.errors import NoAnswer, OutsideBusy
from atrio.kernel.queue import later, run_pending
from atrio.notices import carriers, rules
from atrio.notices.actions import send_message
from atrio.notices.carriers import Carried, Undeliverable, carry_with
from atrio.notices.models import Message
from atrio.seller.models import BusinessUnit
from tests.assertions.processes import HEARTBEAT, Processes, is_paused
from tests.notices.postbox import Postbox, listening
from tests.notices.writing import TEXT, say, unit_of
from tests.waiting import eventually

FINAL = {"sent", "delivered", "bounced", "failed"}


class Striking(Postbox):
    """A mail server that does something to whoever sends, once it has taken the next letter."""

    def __init__(self):
        super().__init__()
        self.strikes = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - its word
        answer = await super().handle_DATA(server, session, envelope)
        if self.strikes:
            self.strikes.pop()()
        return answer


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
class TestWorkers:
    @pytest.fixture
    def postbox(self):
        with listening(Striking()) as box:
            yield box

    @pytest.fixture
    def workers(self, tmp_path, postbox):
        """Make so many workers over this test's database."""
        with ExitStack() as stack:
            processes = Processes(tmp_path, stack=stack, SMTP_URL=postbox.url)
            yield lambda count: [processes.worker() for _ in range(count)]
        processes.tell()

    def test_many_jobs_for_each_message_and_two_workers_send_it_once(self, workers, postbox):
        messages = [say() for _ in range(30)]
        for message in messages * 3:
            later("notices.deliver", message_id=message.pk)
        workers(2)
        eventually(lambda: all_are(messages, "sent") and not waiting())

        assert sorted(postbox.ids) == sorted(ids_of(messages))

    def test_a_worker_killed_when_the_server_had_it_sends_it_again_as_the_same(
        self, workers, postbox
    ):
        [first] = workers(1)
        postbox.strikes.append(lambda: os.kill(first.pid, signal.SIGKILL))
        message = say()
        eventually(lambda: first.poll() is not None)
        others = [say() for _ in range(5)]
        workers(1)
        eventually(lambda: all_are([message, *others], "sent"))

        assert Counter(postbox.ids) == Counter(ids_of([message, message, *others]))

    def test_a_worker_paused_beyond_the_heartbeat_is_waited_for(self, workers, postbox):
        both = workers(2)
        postbox.strikes.append(lambda: pause_all(both))
        message = say()
        job = jobs_of(message)
        eventually(lambda: all(is_paused(worker.pid) for worker in both))
        [third] = workers(1)
        # It has taken over the job, found somebody at it, and put another one in its place.
        eventually(lambda: jobs_of(message) not in (job, []), within=HEARTBEAT * 10)
        for worker in both:
            os.kill(worker.pid, signal.SIGCONT)
        eventually(lambda: all_are([message], "sent") and not waiting())

        assert postbox.ids == [id_of(message)]
        assert third.poll() is None


def pause_all(workers):
    for worker in workers:
        os.kill(worker.pid, signal.SIGSTOP)


def all_are(messages, status):
    ids = [message.pk for message in messages]
    return Message.objects.filter(pk__in=ids, status=status).count() == len(ids)


def waiting():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pgqueuer where entrypoint = 'notices.deliver'")
        return cursor.fetchone()[0]


def jobs_of(message):
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from pgqueuer where convert_from(payload, 'utf8') like %s",
            [f"%{message.pk}%"],
        )
        return cursor.fetchall()


def id_of(message):
    return f"<{message.pk}@testserver>"


def ids_of(messages):
    return [id_of(message) for message in messages]


class Killed(BaseException):
    """The process ends here, whatever was to follow."""


class Scripted:
    """A carrier that does as a script says, and remembers what it took; it can be searched."""

    def __init__(self, script, *, can_search):
        self.script = iter(script)
        self.taken = Counter()
        self.lost = Counter()  # taken without an answer
        self.can_search = can_search

    def carry(self, parcel):
        how = next(self.script, "take")
        if self.can_search and parcel.may_be_sent and self.taken[parcel.id]:
            return Carried("found")
        if how == "busy":
            raise OutsideBusy("not now")
        if how == "refuse":
            raise Undeliverable("never")
        if how == "die before":
            raise Killed
        self.taken[parcel.id] += 1
        if how in ("silence", "die after"):
            self.lost[parcel.id] += 1
            raise NoAnswer("gone") if how == "silence" else Killed
        return Carried("taken")

    def ask(self, parcel):
        return None


EVENTS = st.lists(st.sampled_from(["say 1", "say 2", "work", "work", "twice"]), max_size=25)
SCRIPT = st.lists(
    st.sampled_from(["take", "busy", "refuse", "silence", "die before", "die after"]), max_size=12
)


@pytest.fixture
def carried_by():
    """Let a carrier have all messages for a while."""
    before = dict(carriers._carriers)
    yield lambda carrier: [carry_with(channel, carrier) for channel in ("email", "sms")]
    carriers._carriers.update(before)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, script=SCRIPT, can_search=st.booleans())
def test_in_any_order_a_message_is_taken_once_for_each_time_nobody_knew(
    carried_by, events, script, can_search
):
    start_anew()
    carrier = Scripted(script, can_search=can_search)
    carried_by(carrier)
    for event in [*events, *["work"] * 3 * rules.MOST_TRIES]:
        happen(event)

    assert set(Message.objects.values_list("status", flat=True)) <= FINAL
    for message, times in carrier.taken.items():
        assert times <= 1 + (0 if can_search else carrier.lost[message])
    sent = Message.objects.filter(status="sent")
    assert all(carrier.taken[message.pk] for message in sent)
    assert Message.objects.filter(key__startswith="say").count() <= 2


def start_anew():
    Message.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("truncate pgqueuer")
    if not BusinessUnit.objects.exists():
        unit_of(sms="sms-br")


def happen(event):
    if event == "work":
        with suppress(Killed):
            run_pending(limit=1, until=timezone.now() + rules.LONGEST_WAIT * 60)
        with connection.cursor() as cursor:  # the heartbeat gives back what the killed one held
            cursor.execute("update pgqueuer set status = 'queued' where status = 'picked'")
    elif event == "twice":
        for message in Message.objects.all():
            later("notices.deliver", message_id=message.pk, attempt=message.attempts)
    else:
        send_message(replace(TEXT, key=event), now=timezone.now())
