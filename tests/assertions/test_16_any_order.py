"""16. Random operation sequences: whatever is done in whatever order, no invalid state."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from atrio.engine.forms import validate
from atrio.engine.forms.parts import key_of, parts_of
from atrio.engine.forms.reading import write
from atrio.journeys.actions import publish
from atrio.journeys.queries import compiled
from atrio.kernel.actors import SYSTEM
from atrio.kernel.database import acting_as
from atrio.kernel.errors import Refused
from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import (
    decide_step,
    fill_in_step,
    fire_timer,
    retry_call,
    send_code_again,
    withdraw_application,
)
from atrio.onboarding.case import open_case, whose_turn
from atrio.onboarding.history import replayed
from atrio.onboarding.models import Application, Call, Fact, Step
from atrio.onboarding.reminders import actions as reminders
from atrio.onboarding.rules import current_facts
from atrio.outside.connections import open_erp, open_registry
from atrio.outside.invented import invented_numbers
from atrio.outside.models import Link
from atrio.parties.models import Account, Membership
from tests.assertions.applicants import STEPS, Applicant
from tests.assertions.evidence import rows
from tests.assertions.timed_pack import write_timed_pack
from tests.onboarding.house import furnish, hire

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = (*STEPS, "confirm_number", "objection")
WRONG = {
    "enter_cnpj": {"company.tax_id": "11222333000180"},
    "confirm_number": {"company.number_is_right": "perhaps"},
    "confirm_company": {"company.legal_name": ""},
    "give_contact": {"contact.email": "alice"},
    "prove_email": {"proof.code": "000000"},
    "check_and_submit": {"consent.terms": ""},
    "objection": {"objection.text": ""},
}
OTHER = {
    "enter_cnpj": {"company.tax_id": "11222333000181"},  # of a company that no register knows
    "confirm_number": {"company.number_is_right": "no"},
    "confirm_company": {"company.legal_name": "Mallory Comércio Ltda"},
    "give_contact": {"contact.email": "mallory@elsewhere.example"},
    "prove_email": {"proof.code": " 000 000 "},
    "check_and_submit": {"consent.news": "yes"},
    "objection": {"objection.text": "And another thing."},
}
DECISIONS = {
    "review": [{"review.verdict": "approve"}, {"review.verdict": "decline", "review.reason": "No"}],
    "repair": [
        {"repair.action": "mended"},
        {"repair.action": "by_hand", "repair.customer_number": "4711"},
        {"repair.action": "give_up", "repair.note": "No"},
    ],
    "verify_control": [
        {"control.verdict": "approve", "control.how": "in_person", "control.note": "Was here"},
        {"control.verdict": "decline", "control.note": "Nobody knows them"},
    ],
}
BREAKABLE = {
    "erp": ("find_customer", "create_customer", "read_customer", "prices"),
    "registry": ("find_company",),
}
NUMBERS = {
    status: invented_numbers(status=status, start=3000)
    for status in ("active", "suspended", "closed")
}
OVER = ("done", "failed", "cancelled")


class AnyOrder(RuleBasedStateMachine):
    """One application, everybody who may touch it, and everything that may go wrong meanwhile."""

    did = 0
    # Set by the test: who decides, who types for customers, and a company that is a customer.
    associate = clerk = known = None

    @initialize(
        status=st.sampled_from(["active", "active", "active", "suspended", "closed"]),
        step=st.sampled_from([*STEPS, STEPS[-1]]),
        is_known=st.sampled_from([False, False, False, True]),
    )
    def begin(self, status, step, is_known):
        rows("delete from pgqueuer returning id")
        heal()
        number = self.known if is_known else next(NUMBERS[status])
        self.applicant = Applicant(number=number).go_to(step)

    @rule(times=st.integers(1, 3))
    def go_on(self, times):
        for _ in range(times):
            self.answer_what_is_open()
            self.work(None)

    @rule(seconds=st.sampled_from([0, -5, 5]))
    def be_served_by_a_machine_whose_clock_is_off(self, seconds):
        self.applicant.clock_is_off = timedelta(seconds=seconds)

    @rule(step=st.sampled_from(ASKED))
    def answer(self, step):
        self.try_to(lambda: self.applicant.answer(step))

    @rule()
    def answer_what_is_open(self):
        for step in self.applicant.open_elements & set(ASKED):
            self.try_to(lambda step=step: self.applicant.answer(step))

    @rule(step=st.sampled_from(ASKED))
    def answer_wrongly(self, step):
        self.try_to(lambda: self.applicant.answer(step, **WRONG[step]))

    @rule(step=st.sampled_from(ASKED))
    def answer_otherwise(self, step):
        self.try_to(lambda: self.applicant.answer(step, **OTHER[step]))

    @rule(step=st.sampled_from(ASKED), channel=st.sampled_from(["counter", "telephone"]))
    def let_one_of_ours_type(self, step, channel):
        said = self.applicant.says(step)
        self.try_to(
            lambda: fill_in_step(
                by=self.clerk,
                application_id=self.applicant.pk,
                step=step,
                submitted=said,
                channel=channel,
                language="en",
                now=self.applicant.now,
            )
        )

    @rule()
    def want_the_code_again(self):
        by = self.applicant.actor
        with acting_as(by):
            self.try_to(lambda: send_code_again(by=by, step="prove_email", now=self.applicant.now))

    @rule(jobs=st.sampled_from([1, 1, 2, None]))
    def work(self, jobs):
        run_pending(limit=jobs)

    @rule()
    def work_an_hour_later(self):
        run_pending(until=timezone.now() + timedelta(hours=1))

    @rule(data=st.data(), port=st.sampled_from(["erp", "registry"]))
    def break_down(self, data, port):
        operation = data.draw(st.sampled_from(BREAKABLE[port]))
        how = data.draw(st.sampled_from(["busy", "no_answer", "failed"]))
        systems()[port].break_next(operation, how)

    @rule()
    def lose_patience(self):
        self.calls.exclude(status__in=OVER).update(give_up_at=timezone.now())

    @rule()
    def retry_calls(self):
        for call in self.calls:
            self.try_to(
                lambda call=call: retry_call(
                    by=self.associate,
                    application_id=self.applicant.pk,
                    call_id=call.pk,
                    now=self.applicant.now,
                )
            )

    @rule(data=st.data(), step=st.sampled_from(sorted(DECISIONS)))
    def decide(self, data, step):
        submitted = data.draw(st.sampled_from(DECISIONS[step]))
        self.try_to(lambda: self.decided(step, submitted))

    @rule()
    def let_timers_go_off(self):
        for timer in self.case().run.timers:
            fire_timer(application_id=self.applicant.pk, task_id=timer.task_id, now=timer.due_at)

    @precondition(lambda self: self.did > 12)
    @rule()
    def withdraw(self):
        by = self.applicant.actor
        with acting_as(by):
            self.try_to(lambda: withdraw_application(by=by, now=self.applicant.now))

    @precondition(lambda self: self.did > 15)
    @rule()
    def stay_away_for_a_month(self):
        month = timezone.now() + timedelta(days=31)
        _looked_at, ended = reminders.remind(now=month)
        for application_id in ended:
            reminders.expire(application_id=application_id, now=month)

    @rule()
    def lose_the_cached_state(self):
        Application.objects.filter(pk=self.applicant.pk).update(state=b"of an engine nobody has")

    @invariant()
    def the_state_is_valid(self):
        self.did += 1
        self.what_was_ended_from_outside_brings_nothing()
        self.the_rows_say_what_the_engine_says()
        self.the_recorded_steps_lead_to_the_same_place()
        self.closings_are_counted_without_a_gap()
        self.no_call_is_forgotten()
        self.no_job_is_held()
        self.there_is_one_account_at_most_and_the_same_in_the_erp()
        self.what_was_answered_is_still_right()

    def what_was_ended_from_outside_brings_nothing(self):
        application = self.applicant.application
        if application.status in {"withdrawn", "expired"}:
            assert application.account_id is None
            assert not Membership.objects.filter(user__email=self.applicant.email).exists()
            assert not self.steps.filter(closed_at=None).exists()
            assert not self.calls.exclude(status__in=OVER).exists()

    def the_rows_say_what_the_engine_says(self):
        case = self.case()
        open_steps = list(self.steps.filter(closed_at=None))
        assert {s.task_id for s in open_steps} == {t.id for t in case.run.open_tasks}
        application = case.application
        needed = [step for step in open_steps if step.element not in case.journey.optional]
        assert (application.waiting_on, application.current_step) == whose_turn(needed)
        assert (application.status == "open") == (not case.is_settled)
        assert tuple(application.ends) == case.run.ends
        is_served = "customer_served" in application.ends
        assert is_served == (application.account_id is not None)
        assert (application.status == "done") == (is_served and case.is_settled)

    def the_recorded_steps_lead_to_the_same_place(self):
        application = self.applicant.application
        run = replayed(application, compiled(application.release_id))
        assert sorted(task.element for task in run.open_tasks) == sorted(
            self.steps.filter(closed_at=None).values_list("element", flat=True)
        )
        assert run.ends == tuple(application.ends)

    def closings_are_counted_without_a_gap(self):
        closings = self.steps.exclude(closing=None).values_list("closing", flat=True)
        assert sorted(closings) == list(range(1, self.applicant.application.closed_steps + 1))

    def no_call_is_forgotten(self):
        """Whatever is not over has a job that waits for it, and what failed has somebody."""
        jobs = rows(
            "select convert_from(payload, 'utf8')::jsonb ->> 'call_id' from pgqueuer"
            " where status = 'queued'"
        )
        waiting = {call_id for (call_id,) in jobs}
        for call in self.calls.select_related("step"):
            is_open = call.step.closed_at is None
            assert is_open or call.status in OVER, call
            if call.status not in OVER:
                assert str(call.pk) in waiting, call
            elif is_open:
                assert call.step.outcome.startswith("failed"), call

    def no_job_is_held(self):
        assert rows("select entrypoint from pgqueuer where status = 'failed'") == []

    def there_is_one_account_at_most_and_the_same_in_the_erp(self):
        application = self.applicant.application
        ours = [c for c in systems()["erp"].customers() if c.reference == application.reference]
        links = Link.objects.filter(outside_id__in=[customer.number for customer in ours])
        accounts = Account.objects.filter(pk__in=links.values("object_id"))
        assert max(len(ours), len(links), len(accounts)) <= 1
        if application.status == "done":
            # A company that is a customer already was not made a second time.
            is_new = self.applicant.number != self.known
            assert len(ours) == len(links) == int(is_new)
            assert not is_new or [account.pk for account in accounts] == [application.account_id]
            seats = Membership.objects.filter(user__email=self.applicant.email)
            assert seats.filter(account=application.account_id).count() == 1

    def what_was_answered_is_still_right(self):
        application = self.applicant.application
        journey = compiled(application.release_id)
        facts = current_facts(Fact.objects.filter(application=application).order_by("id"))
        for step in self.answered():
            form = journey.forms[step.target]
            answers = validate(form, typed(form, facts), facts={}, language="en")
            assert answers.ok, (step, answers.errors)

    def answered(self):
        """Return the steps whose answers count: taken, and not taken back since."""
        standing = []
        for step in self.steps.exclude(closing=None).order_by("closing"):
            if step.outcome == "rewound":
                while standing.pop().element != step.element:
                    pass
            elif step.outcome != "undone":
                standing.append(step)
        # A code is used up, not kept.
        return [s for s in standing if s.kind == "user" and s.element != "prove_email"]

    def teardown(self):
        """Whatever has happened, the application can be brought to an end."""
        if not hasattr(self, "applicant"):
            return
        heal()
        for _ in range(20):
            run_pending(until=timezone.now() + timedelta(days=1))
            if self.applicant.application.status != "open":
                break
            self.applicant.clock_is_off = timedelta()
            self.answer_what_is_open()
            self.retry_calls()
            self.let_timers_go_off()
            for step in self.applicant.open_elements & DECISIONS.keys():
                self.decided(step, DECISIONS[step][-1])
        assert self.applicant.application.status != "open", self.applicant.open_elements

    @property
    def steps(self):
        return Step.objects.filter(application=self.applicant.pk)

    @property
    def calls(self):
        return Call.objects.filter(application=self.applicant.pk)

    @transaction.atomic
    def case(self):
        return open_case(by=SYSTEM, application_id=self.applicant.pk, now=timezone.now())

    def decided(self, step, submitted):
        return decide_step(
            by=self.associate,
            application_id=self.applicant.pk,
            step=step,
            submitted=submitted,
            language="en",
            now=self.applicant.now,
        )

    def try_to(self, do):
        """Do what may be refused; anything but a refusal is a fault."""
        with suppress(Refused):
            do()


def systems():
    return {"erp": open_erp("erp-br"), "registry": open_registry("registry-br")}


def heal():
    for system in systems().values():
        system._state.breakdowns.clear()


def typed(form, facts):
    """Return the facts as somebody would type them into a form."""
    said = {}
    for entry in form.fields:
        match facts.get(entry.name):
            case None:
                continue
            case dict() as value if parts := parts_of(entry):
                said |= {part.name: value.get(key_of(part)) or "" for part in parts}
            case bool(yes) | {"given": bool(yes)}:
                said[entry.name] = "yes" if yes else "no"
            case value:
                said[entry.name] = write(entry, value, "en")
    return said


@pytest.fixture(params=["as it comes", "with clocks and approvals"])
def pack(request, tmp_path):
    unit = furnish(name=uuid4().hex)
    AnyOrder.associate = hire(unit, "bob@nordlicht.example", "associate")
    AnyOrder.clerk = hire(unit, "clerk@nordlicht.example", "associate")
    AnyOrder.known = Applicant().become_customer().number
    if request.param != "as it comes":
        publish(by=SYSTEM, folder=write_timed_pack(tmp_path), now=timezone.now())


@pytest.mark.usefixtures("pack")
def test_no_order_of_operations_leads_to_an_invalid_state():
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=int(os.environ.get("ATRIO_EXAMPLES", "10")),
            derandomize="ATRIO_EXAMPLES" not in os.environ,  # a search by hand goes new ways
            database=None,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate],  # to shrink takes minutes, and the way there can be read
            suppress_health_check=list(HealthCheck),
        ),
    )
