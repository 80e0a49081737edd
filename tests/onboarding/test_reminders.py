"""Customers are reminded of what waits for them, and what nobody comes back to ends."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from atrio.kernel.actors import SYSTEM
from atrio.kernel.ids import new_reference
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import decide_step, delegate_step, note_view, take_step_back
from atrio.onboarding.actions.delegate_step import Asking
from atrio.onboarding.actions.submit_step import ApplicationOver
from atrio.onboarding.case import open_case, where_of
from atrio.onboarding.models import Application, Delegation, Promise, Reminder
from atrio.onboarding.promises.actions import end_what_is_over
from atrio.onboarding.reminders import actions
from atrio.outside.invented import invented_numbers
from atrio.timeline.models import Entry
from tests.onboarding.applying import Applicant
from tests.onboarding.house import furnish, hire
from tests.parties.customers import seen_by

pytestmark = pytest.mark.django_db

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def unit():
    return furnish(name=uuid4().hex)


@pytest.fixture
def alice(unit):
    """Alice, who has proved her address and then went away."""
    return Applicant().go_to("check_and_submit")


def look(**after):
    """Let the minute's job look, so long from now."""
    now = timezone.now() + timedelta(**after) + A_MINUTE
    _looked_at, ended = actions.remind(now=now)
    for application_id in ended:
        actions.expire(application_id=application_id, now=now)


def written(applicant):
    """Return what was written to remind somebody, oldest first."""
    letters = Message.objects.filter(application_id=applicant.pk, notice__contains="remind")
    return list(letters.order_by("id").values_list("notice", flat=True))


def test_after_a_day_three_and_seven_they_are_reminded_once_each(alice):
    look(hours=23)
    assert written(alice) == []
    for days in (1, 1, 2, 3, 4, 7, 8):
        look(days=days)

    assert written(alice) == ["reminder"] * 3
    assert Entry.objects.filter(what="application.reminded").count() == 3
    letter = Message.objects.filter(notice="reminder").first()
    assert letter.to == alice.email
    assert letter.can_wait
    assert f"/apply/{alice.pk.hex}~" in letter.text
    assert "Submit" in letter.text  # the step that waits


def test_three_days_before_the_end_they_are_told_the_day_and_then_it_ends(alice):
    # An hour too early for the job: it must not be early even by that.
    look(days=26, hours=23)
    assert "last_reminder" not in written(alice)
    look(days=27)
    look(days=28)
    assert written(alice)[-1] == "last_reminder"
    assert written(alice).count("last_reminder") == 1
    last = Message.objects.get(notice="last_reminder")
    ends_on = (timezone.now() + timedelta(days=30)).strftime("%Y")
    assert ends_on in last.subject

    look(days=29, hours=23)
    assert alice.application.status == "open"
    look(days=30)
    assert alice.application.status == "expired"
    assert alice.application.waiting_on == "nobody"
    with pytest.raises(ApplicationOver, match="expired"):
        alice.answer("check_and_submit")


def test_what_was_missed_is_told_once(alice):
    look(days=8)

    assert written(alice) == ["reminder"]


def test_whoever_comes_back_is_not_hurried(alice):
    look(days=1)
    come_back(alice, after=timedelta(days=2))

    look(days=3)  # a day after they were here
    look(days=4)
    assert written(alice) == ["reminder"]  # of this step they had the first one already
    look(days=5)  # … and three days after
    assert written(alice) == ["reminder"] * 2


def come_back(applicant, *, after):
    application = applicant.application
    note_view(
        by=applicant.actor,
        where=where_of(application, step="check_and_submit"),
        application=application,
        now=timezone.now() + after,
    )


def test_a_return_on_the_last_day_moves_the_end(alice):
    look(days=27)
    come_back(alice, after=timedelta(days=29))

    look(days=30)
    look(days=55)
    assert alice.application.status == "open"
    look(days=56)
    assert written(alice).count("last_reminder") == 2  # another day, another letter
    look(days=59)
    assert alice.application.status == "expired"


def test_who_returns_between_the_look_and_the_end_keeps_the_application(alice):
    now = timezone.now() + timedelta(days=31)
    _looked_at, ended = actions.remind(now=now)
    assert ended == [alice.pk]
    come_back(alice, after=timedelta(days=31))

    assert not actions.expire(application_id=alice.pk, now=now)
    assert alice.application.status == "open"


@pytest.mark.parametrize("step", ["enter_tax_id", "give_contact", "prove_email"])
def test_without_a_proved_address_nobody_is_written_to_and_it_ends_all_the_same(unit, step):
    applicant = Applicant().go_to(step)
    for days in (1, 3, 7, 27):
        look(days=days)
    assert written(applicant) == []
    assert not Reminder.objects.exists()

    look(days=30)

    assert applicant.application.status == "expired"


def test_another_address_that_was_typed_since_is_not_written_to(alice):
    alice.answer("give_contact", contact__email="mallory@elsewhere.example")

    look(days=1)

    assert not Message.objects.filter(notice="reminder").exists()


def test_nobody_is_reminded_of_what_is_somebody_elses(unit):
    alice = Applicant(number=next(invented_numbers(status="suspended"))).sent()
    assert alice.application.waiting_on == "associate"

    for days in range(1, 60, 7):
        look(days=days)

    assert written(alice) == []
    assert alice.application.status == "open"


def test_a_turn_that_comes_back_to_them_counts_from_then(unit):
    """Nothing is expired at once because they were last seen long before they were asked."""
    alice = Applicant(number=next(invented_numbers(status="suspended"))).sent()
    now = timezone.now()
    long_ago = now - timedelta(days=50)
    Application.objects.update(seen_at=long_ago, updated_at=now, waiting_on="customer")

    look(minutes=0)
    assert written(alice) == []
    look(days=1)

    assert written(alice) == ["reminder"]
    assert alice.application.status == "open"


def test_a_customer_and_a_declined_applicant_are_left_in_peace(unit):
    carla = hire(unit, "carla@nordlicht.example", "associate")
    customer = Applicant().become_customer()
    declined = Applicant(number=next(invented_numbers(status="suspended"))).sent()
    decide_step(
        by=carla,
        application_id=declined.pk,
        step="review",
        submitted={"review.verdict": "decline", "review.reason": "No"},
        language="en",
        now=timezone.now(),
    )

    for days in (1, 7, 30):
        look(days=days)

    assert not Reminder.objects.exists()
    assert {customer.application.status, declined.application.status} == {"done", "declined"}


def test_an_expired_draft_breaks_no_promise(alice):
    look(days=30)
    Promise.objects.update(status="broken")
    end_what_is_over()

    assert set(Promise.objects.values_list("status", flat=True)) == {"cancelled"}


def test_a_lost_state_is_replayed_to_the_same_end(alice):
    look(days=30)
    Application.objects.update(state=b"of an engine nobody has")

    case = open_case(by=SYSTEM, application_id=alice.pk, now=timezone.now())

    assert case.run.finished
    assert not case.open_steps


def test_a_letter_waits_for_the_end_of_quiet_hours(alice, unit):
    moment = timezone.localtime().time()
    unit.quiet_from = moment
    unit.quiet_until = (timezone.localtime() + timedelta(hours=3)).time()
    unit.time_zone = "UTC"
    unit.save()

    look(days=1)
    run_pending()

    letter = Message.objects.get(notice="reminder")
    assert letter.status == "queued"
    assert letter.due_at


def crowd(size, **fields):
    """Keep so many drafts that wait for their customers."""
    now = timezone.now()
    release = Application.objects.values_list("release_id", flat=True).first()
    common = {
        "release_id": release,
        "business_unit": "nordlicht-br",
        "language": "en",
        "state": b"",
        "current_step": "enter_tax_id",
        "waiting_on": "customer",
        "first_page_at": now,
        "promised_at": now,
        "created_at": now,
        "updated_at": now,
        "seen_at": now,
        "remind_at": now + timedelta(days=1),
    }
    rows = (
        Application(**{**common, "reference": new_reference(), "visit": uuid4(), **fields})
        for _ in range(size)
    )
    return Application.objects.bulk_create(rows, batch_size=500)


def test_a_look_at_many_costs_as_many_statements_as_at_one(alice):
    statements = []
    for size in (1, 60):
        crowd(size)
        with CaptureQueriesContext(connection) as captured:
            looked_at, _ended = actions.remind(now=timezone.now() + timedelta(days=1, hours=1))
        assert looked_at >= size
        statements.append(len(captured))
        Application.objects.update(remind_at=timezone.now() + timedelta(days=1))
        Reminder.objects.all().delete()

    # One letter, Alice's, in the first look; the second finds her key taken already.
    assert statements[1] <= statements[0]


def test_what_is_due_is_found_by_the_index_among_many(alice):
    crowd(1500, remind_at=timezone.now() + timedelta(days=9))
    with connection.cursor() as cursor:
        cursor.execute("analyze onboarding_application")
        cursor.execute(
            "explain select id from onboarding_application where status = 'open'"
            " and remind_at <= now() order by remind_at limit 200 for no key update skip locked"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "application_to_remind" in plan
    assert "Seq Scan" not in plan


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_remind_once(alice):
    now = timezone.now() + timedelta(days=1, hours=1)

    def work():
        actions.remind(now=now)
        connections.close_all()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert written(alice) == ["reminder"]
    assert Reminder.objects.count() == 1


def test_a_look_that_was_forgotten_reminds_once(alice):
    """Whoever noted nothing of what was written, a worker that died, finds the row."""
    look(days=1)
    Application.objects.update(remind_at=timezone.now())
    look(days=1)

    assert written(alice) == ["reminder"]


def test_whoever_was_asked_for_the_step_is_reminded_as_well_while_they_owe_it(alice):
    by = alice.actor
    asking = Asking(name="Dana Roth", email="dana@ventorim.example", asked_by="Alice Prado")
    with seen_by(by):
        delegate_step(by=by, step="check_and_submit", asking=asking, now=timezone.now())
    look(hours=23)
    look(days=1)
    look(days=1)

    assert written(alice) == ["reminder"]
    again = Message.objects.filter(notice="step_asked_again")
    assert [letter.to for letter in again] == ["dana@ventorim.example"]
    assert Delegation.objects.get().reminders == 1
    with seen_by(by):
        take_step_back(by=by, step="check_and_submit", now=timezone.now())
    look(days=9)
    assert again.count() == 1
