"""16, over the wire: whatever is sent in whatever order while a worker runs, no invalid state."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from atrio.identity.models import User
from atrio.onboarding.tokens import token_for
from atrio.outside.models import Connection
from tests.assertions.any_order import (
    ARE_KNOWN,
    ASKED,
    DECISIONS,
    NUMBERS,
    OTHER,
    STATUSES,
    AnyOrder,
)
from tests.assertions.applicants import STEPS, Applicant
from tests.assertions.browsers import at_once, browsing, path_of, signed_in
from tests.assertions.evidence import come_to_rest, rows
from tests.onboarding.house import hire

pytestmark = [pytest.mark.tryton, pytest.mark.database]

# Of the ERP, and for so many requests: one that was not answered takes three seconds.
BREAKDOWNS = [
    {"down": True, "times": 2},
    {"error_rate": 1.0, "error_status": 500, "times": 2},
    {"garbage": 1.0, "times": 1},
    {"execute_then_timeout": 1.0, "times": 1},
]
NOBODY_HAS_FAILED = {"failures": 0, "silent_since": None, "rests_until": None}
_NOW = """
    update pgqueuer set execute_after = now()
    where status = 'queued' and entrypoint = 'onboarding.run_call' returning id
"""


class Pages:
    """The ways in as browsers take them, any number of them at once."""

    def __init__(self, applicant, *, customer, associate, clerk):
        self.applicant = applicant
        self.customer, self.associate, self.clerk = customer, associate, clerk

    def answer(self, step, said):
        self._send(self.customer, path_of(self.applicant, step), said)

    def send_code_again(self):
        self._send(self.customer, f"{path_of(self.applicant, 'prove_email')}code/")

    def withdraw(self):
        self._send(self.customer, f"/apply/{token_for(self.applicant.pk)}/withdraw/")

    def fill_in(self, step, said, channel):
        path = reverse("desk:fill-step", args=[self.applicant.pk, step])
        self._send(self.clerk, path, {**said, "channel": channel})

    def decide(self, step, said):
        self._send(self.associate, reverse("desk:decide", args=[self.applicant.pk, step]), said)

    def retry(self, call):
        self._send(self.associate, reverse("desk:retry", args=[self.applicant.pk, call.pk]))

    def _send(self, browser, path, said=()):
        answer = browser.post(path, dict(said))
        assert answer.status_code in {302, 404, 409, 422}, (path, said, answer.status_code)


class OverTheWire(AnyOrder):
    """Nobody waits for anybody: requests come while the worker is at it."""

    # Set by the test: whose browsers there are, by name; the ERP as it is, and its knobs.
    browsers = erp = faults = None

    @initialize(status=STATUSES, step=st.sampled_from([*STEPS, STEPS[-1]]), is_known=ARE_KNOWN)
    def begin(self, status, step, is_known):
        self.heal()
        number = self.known if is_known else next(NUMBERS[status])
        self.applicant = Applicant(number=number)
        self.doors = Pages(self.applicant, **self.browsers)
        for earlier in STEPS[: STEPS.index(step)]:
            self.answer_rightly(earlier)
            come_to_rest()
        assert step in self.applicant.open_elements

    @rule(step=st.sampled_from(ASKED))
    def be_several_at_once(self, step):
        step = next(iter(self.applicant.open_elements & set(ASKED)), step)
        said = self.applicant.says(step)
        at_once(
            lambda: self.doors.answer(step, said),
            lambda: self.doors.answer(step, said),
            lambda: self.doors.answer(step, said | OTHER[step]),
            lambda: self.doors.fill_in(step, said, "counter"),
            *(
                lambda element=element, says=says: self.doors.decide(element, says)
                for element, decisions in DECISIONS.items()
                for says in decisions[:2]
            ),
        )

    @rule(how=st.sampled_from(BREAKDOWNS))
    def break_down(self, how):
        self.faults.reset("erp")
        self.faults.set("erp", **how)

    @rule()
    def go_on_at_rest(self):
        for _ in range(2):
            self.answer_what_is_open()
            come_to_rest()
        self.see_that_the_state_is_valid()

    @invariant()
    def count(self):
        self.did += 1

    def customers_in_the_erp(self):
        return self.erp.everybody()

    def heal(self):
        self.faults.reset("erp")
        Connection.objects.update(**NOBODY_HAS_FAILED)

    def work_to_the_end(self):
        rows(_NOW)
        come_to_rest()


@pytest.fixture
def people(house, real_erp, faults, processes):
    """Everybody has a browser at a real web process, beside which a real worker runs."""
    OverTheWire.erp, OverTheWire.faults = real_erp, faults
    OverTheWire.known = Applicant().become_customer().number
    _web, address = processes.web()
    processes.worker()
    with ExitStack() as stack:
        OverTheWire.browsers = {"customer": stack.enter_context(browsing(address))}
        for name in ("associate", "clerk"):
            user = User.objects.get(pk=hire(house, f"{name}@nordlicht.example", "associate").id)
            browser = stack.enter_context(browsing(address, cookies=signed_in(user)))
            OverTheWire.browsers[name] = browser
        yield


@pytest.mark.usefixtures("people")
def test_no_interleaving_of_requests_and_jobs_leads_to_an_invalid_state():
    run_state_machine_as_test(
        OverTheWire,
        settings=settings(
            max_examples=int(os.environ.get("ATRIO_EXAMPLES", "6")),
            derandomize="ATRIO_EXAMPLES" not in os.environ,  # a search by hand goes new ways
            database=None,
            stateful_step_count=15,
            deadline=None,
            phases=[Phase.generate],  # how the processes met cannot be told again
            suppress_health_check=list(HealthCheck),
        ),
    )
