"""Queueing a job in the caller's transaction, and what `once` means."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from atrio.kernel.queue import later, run_pending

pytestmark = pytest.mark.django_db


def waiting():
    with connection.cursor() as cursor:
        cursor.execute("select entrypoint from pgqueuer where status = 'queued' order by id")
        return [name for (name,) in cursor.fetchall()]


@pytest.fixture
def seen(register):
    """What the job `test.see` was called with."""
    calls = []

    def see(*, number: int) -> None:
        calls.append(number)

    register("test.see", see)
    return calls


def test_a_job_goes_with_the_transaction_that_is_rolled_back(seen):
    with transaction.atomic():
        later("test.see", number=1)
        transaction.set_rollback(True)

    assert waiting() == []


def test_a_job_goes_with_its_savepoint_and_leaves_the_others(seen):
    with transaction.atomic():
        later("test.see", number=1)
        with transaction.atomic():
            later("test.see", number=2)
            transaction.set_rollback(True)

    assert run_pending() == 1
    assert seen == [1]


def test_ids_arrive_as_they_were_given(register):
    calls = []

    def take(*, call_id: UUID, parent_id: UUID | None, step: str, number: int = 7) -> None:
        calls.append((call_id, parent_id, step, number))

    register("test.take", take)
    some, other = uuid4(), uuid4()

    later("test.take", call_id=some, parent_id=None, step="send")
    later("test.take", call_id=some, parent_id=other, step=str(other), number=8)
    run_pending()

    assert calls == [(some, None, "send", 7), (some, other, str(other), 8)]


@pytest.mark.parametrize("ids", [{}, {"nummer": 1}, {"number": 1, "more": 2}])
def test_ids_the_function_does_not_take_are_refused_at_once(seen, ids):
    with pytest.raises(TypeError, match=r"test\.see takes \['number'\]"):
        later("test.see", **ids)


def test_what_is_no_id_is_refused(seen):
    with pytest.raises(TypeError, match="takes ids, not object"):
        later("test.see", number=object())


def test_an_unknown_job_is_refused():
    with pytest.raises(KeyError):
        later("test.misspelt")


def test_two_functions_cannot_share_a_name(register, seen):
    with pytest.raises(RuntimeError, match=r"two jobs named test\.see"):
        register("test.see", lambda: None)


@pytest.mark.parametrize("role", ["atrio_web", "atrio_staff", "atrio_worker"])
def test_every_role_may_queue_and_merge(seen, role):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set local role {role}")

        assert later("test.see", number=1, once="a") == later("test.see", number=1, once="a")


@pytest.mark.parametrize(
    "statement",
    [
        "delete from pgqueuer",
        "update pgqueuer set payload = ''",
        "update pgqueuer set status = 'queued'",
        "select * from pgqueuer_log",
    ],
)
def test_the_web_process_may_not_touch_what_others_queued(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local role atrio_web")

        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute(statement)


def test_once_keeps_one_job_of_a_key_waiting(seen):
    first = later("test.see", number=1, once="a")
    second = later("test.see", number=2, once="a")

    assert second == first
    assert run_pending() == 1
    assert seen == [1]


def test_once_is_a_matter_of_one_name_and_one_key(seen, register):
    register("test.other", lambda: None)

    later("test.see", number=1, once="a")
    later("test.see", number=2, once="b")
    later("test.other", once="a")
    later("test.see", number=3)
    later("test.see", number=4)

    assert run_pending() == 5


def test_once_counts_only_jobs_that_have_not_started(register):
    runs = []

    def follow() -> None:
        runs.append(len(runs))
        if len(runs) < 3:  # what happens while it runs may come too late for this run
            later("test.follow", once="a")

    register("test.follow", follow)
    later("test.follow", once="a")

    assert run_pending() == 3


def test_once_takes_the_earlier_time_and_the_higher_priority(seen):
    later("test.see", number=1, once="a", run_in=timedelta(hours=1), priority=5)
    later("test.see", number=2, once="a", run_in=timedelta(hours=3), priority=9)
    later("test.see", number=3, once="a")

    with connection.cursor() as cursor:
        cursor.execute("select priority, execute_after = now() from pgqueuer")
        assert cursor.fetchall() == [(9, True)]


@pytest.mark.django_db(transaction=True)
def test_a_merged_job_does_not_start_before_the_merging_transaction_ends(seen):
    """Else the job would read the old state, and nobody would come for the new one."""
    ran = []

    def work():
        ran.append(run_pending())
        connection.close()

    def work_elsewhere():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(timeout=10)

    later("test.see", number=1, once="a")
    with transaction.atomic():
        later("test.see", number=1, once="a")
        work_elsewhere()
        assert ran == [0]
    work_elsewhere()

    assert ran == [0, 1]
