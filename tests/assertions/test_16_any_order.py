"""16. Random operation sequences: whatever is done in whatever order, no invalid state."""

from __future__ import annotations

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from atrio.journeys.actions import publish
from atrio.kernel.actors import SYSTEM
from atrio.kernel.database import acting_as
from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import (
    decide_step,
    fill_in_step,
    retry_call,
    send_code_again,
    submit_step,
    withdraw_application,
)
from atrio.onboarding.reminders import actions as reminders
from atrio.outside.connections import open_erp, open_registry
from tests.assertions.any_order import ARE_KNOWN, NUMBERS, STATUSES, AnyOrder
from tests.assertions.applicants import STEPS, Applicant
from tests.assertions.evidence import rows
from tests.assertions.timed_pack import write_timed_pack
from tests.onboarding.house import furnish, hire

pytestmark = pytest.mark.django_db(transaction=True)

BREAKABLE = {
    "erp": ("find_customer", "create_customer", "read_customer", "prices"),
    "registry": ("find_company",),
}


class UseCases:
    """The ways in that screens take, without the screens."""

    def __init__(self, applicant, *, associate, clerk):
        self.applicant, self.associate, self.clerk = applicant, associate, clerk

    def answer(self, step, said):
        with acting_as(self.applicant.actor):
            submit_step(by=self.applicant.actor, step=step, submitted=said, now=self.applicant.now)

    def send_code_again(self):
        by = self.applicant.actor
        with acting_as(by):
            send_code_again(by=by, step="prove_email", now=self.applicant.now)

    def withdraw(self):
        by = self.applicant.actor
        with acting_as(by):
            withdraw_application(by=by, now=self.applicant.now)

    def fill_in(self, step, said, channel):
        self._staff(fill_in_step, by=self.clerk, step=step, submitted=said, channel=channel)

    def decide(self, step, said):
        self._staff(decide_step, by=self.associate, step=step, submitted=said)

    def retry(self, call):
        retry_call(
            by=self.associate,
            application_id=self.applicant.pk,
            call_id=call.pk,
            now=self.applicant.now,
        )

    def _staff(self, act, **said):
        act(application_id=self.applicant.pk, language="en", now=self.applicant.now, **said)


class InOneProcess(AnyOrder):
    """One after the other, by the use cases themselves, and everything that may go wrong."""

    # Set by the test: who decides, who types for customers, and a company that is a customer.
    associate = clerk = None

    @initialize(status=STATUSES, step=st.sampled_from([*STEPS, STEPS[-1]]), is_known=ARE_KNOWN)
    def begin(self, status, step, is_known):
        rows("delete from pgqueuer returning id")
        self.heal()
        number = self.known if is_known else next(NUMBERS[status])
        self.applicant = Applicant(number=number).go_to(step)
        self.doors = UseCases(self.applicant, associate=self.associate, clerk=self.clerk)

    @rule(times=st.integers(1, 3))
    def go_on(self, times):
        for _ in range(times):
            self.answer_what_is_open()
            self.work(None)

    @rule(seconds=st.sampled_from([0, -5, 5]))
    def be_served_by_a_machine_whose_clock_is_off(self, seconds):
        self.applicant.clock_is_off = timedelta(seconds=seconds)

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

    @precondition(lambda self: self.did > 15)
    @rule()
    def stay_away_for_a_month(self):
        month = timezone.now() + timedelta(days=31)
        _looked_at, ended = reminders.remind(now=month)
        for application_id in ended:
            reminders.expire(application_id=application_id, now=month)

    @invariant()
    def the_state_is_valid(self):
        self.did += 1
        self.see_that_the_state_is_valid()

    def customers_in_the_erp(self):
        return systems()["erp"].customers()

    def heal(self):
        for system in systems().values():
            system._state.breakdowns.clear()

    def work_to_the_end(self):
        run_pending(until=timezone.now() + timedelta(days=1))


def systems():
    return {"erp": open_erp("erp-br"), "registry": open_registry("registry-br")}


@pytest.fixture(params=["as it comes", "with clocks and approvals"])
def pack(request, tmp_path):
    unit = furnish(name=uuid4().hex)
    InOneProcess.associate = hire(unit, "bob@nordlicht.example", "associate")
    InOneProcess.clerk = hire(unit, "clerk@nordlicht.example", "associate")
    InOneProcess.known = Applicant().become_customer().number
    if request.param != "as it comes":
        publish(by=SYSTEM, folder=write_timed_pack(tmp_path), now=timezone.now())


@pytest.mark.usefixtures("pack")
def test_no_order_of_operations_leads_to_an_invalid_state():
    run_state_machine_as_test(
        InOneProcess,
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
