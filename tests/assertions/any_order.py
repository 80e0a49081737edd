"""Whatever people may do to an application, as rules for random sequences.

Who does them by which way, by use cases or by pages, and what happens meanwhile, says a subclass.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from atrio.kernel.errors import Refused
from atrio.onboarding.actions import fire_timer
from atrio.onboarding.models import Application, EmailProof
from atrio.outside.invented import invented_numbers
from tests.assertions.applicants import STEPS
from tests.assertions.invariants import OVER, Invariants

ASKED = (*STEPS, "confirm_number", "objection")
WRONG = {
    "enter_tax_id": {"company.tax_id": "11222333000180"},
    "confirm_number": {"company.number_is_right": "perhaps"},
    "confirm_company": {"company.legal_name": ""},
    "give_contact": {"contact.email": "alice"},
    "prove_email": {"proof.code": "000000"},
    "check_and_submit": {"consent.terms": ""},
    "objection": {"objection.text": ""},
}
OTHER = {
    "enter_tax_id": {"company.tax_id": "11222333000181"},  # of a company that no register knows
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
NUMBERS = {
    status: invented_numbers(status=status, start=3000)
    for status in ("active", "suspended", "closed")
}
STATUSES = st.sampled_from(["active", "active", "active", "suspended", "closed"])
ARE_KNOWN = st.sampled_from([False, False, False, True])


class AnyOrder(Invariants, RuleBasedStateMachine):
    """One application and everybody who may touch it; `doors` are the ways in that they take."""

    did = 0
    doors = None

    @rule(step=st.sampled_from(ASKED))
    def answer(self, step):
        self.answer_rightly(step)

    @rule()
    def answer_what_is_open(self):
        for step in self.applicant.open_elements & set(ASKED):
            self.answer_rightly(step)

    def answer_rightly(self, step):
        said = self.applicant.says(step)
        self.try_to(lambda: self.doors.answer(step, said))

    @rule(step=st.sampled_from(ASKED))
    def answer_wrongly(self, step):
        said = self.applicant.says(step) | WRONG[step]
        self.try_to(lambda: self.doors.answer(step, said))

    @rule(step=st.sampled_from(ASKED))
    def answer_otherwise(self, step):
        said = self.applicant.says(step) | OTHER[step]
        self.try_to(lambda: self.doors.answer(step, said))

    @rule(step=st.sampled_from(ASKED), channel=st.sampled_from(["counter", "telephone"]))
    def let_one_of_ours_type(self, step, channel):
        said = self.applicant.says(step)
        self.try_to(lambda: self.doors.fill_in(step, said, channel))

    @rule()
    def want_the_code_again(self):
        self.try_to(self.doors.send_code_again)

    @rule()
    def lose_patience(self):
        self.calls.exclude(status__in=OVER).update(give_up_at=timezone.now())

    @rule()
    def retry_calls(self):
        for call in self.calls:
            self.try_to(lambda call=call: self.doors.retry(call))

    @rule(data=st.data(), step=st.sampled_from(sorted(DECISIONS)))
    def decide(self, data, step):
        said = data.draw(st.sampled_from(DECISIONS[step]))
        self.try_to(lambda: self.doors.decide(step, said))

    @rule()
    def let_timers_go_off(self):
        for timer in self.case().run.timers:
            fire_timer(application_id=self.applicant.pk, task_id=timer.task_id, now=timer.due_at)

    @precondition(lambda self: self.did > 12)
    @rule()
    def withdraw(self):
        self.try_to(self.doors.withdraw)

    @rule()
    def lose_the_cached_state(self):
        Application.objects.filter(pk=self.applicant.pk).update(state=b"of an engine nobody has")

    def teardown(self):
        """Whatever has happened, the application can be brought to an end."""
        if self.applicant is None:
            return
        self.heal()
        for _ in range(20):
            self.work_to_the_end()
            if self.applicant.application.status != "open":
                break
            self.applicant.clock_is_off = timedelta()
            if "prove_email" in self.applicant.open_elements:
                self.get_a_fresh_code()
            self.answer_what_is_open()
            self.retry_calls()
            self.let_timers_go_off()
            for step in self.applicant.open_elements & DECISIONS.keys():
                self.doors.decide(step, DECISIONS[step][-1])
        assert self.applicant.application.status != "open", self.applicant.open_elements
        self.see_that_the_state_is_valid()

    def get_a_fresh_code(self):
        """Let the hour be over in which there were too many codes, or too many tries at one."""
        EmailProof.objects.update(sent_at=F("sent_at") - timedelta(hours=1))
        self.try_to(self.doors.send_code_again)

    def heal(self):
        """Let everything outside work again."""
        raise NotImplementedError

    def work_to_the_end(self):
        """Let the background do all that can be done, whenever it is due."""
        raise NotImplementedError

    def try_to(self, do):
        """Do what may be refused; anything but a refusal is a fault."""
        with suppress(Refused):
            do()
