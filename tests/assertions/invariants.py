"""What holds of every application at any moment, whatever was done to it, and by whom."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from atrio.engine.forms import validate
from atrio.engine.forms.parts import key_of, parts_of
from atrio.engine.forms.reading import write
from atrio.journeys.queries import compiled
from atrio.kernel.actors import SYSTEM
from atrio.onboarding.case import open_case, whose_turn
from atrio.onboarding.history import replayed
from atrio.onboarding.models import Application, Call, Fact, Step
from atrio.onboarding.rules import current_facts
from atrio.outside.models import Link
from atrio.parties.models import Account, Membership
from tests.assertions.evidence import rows

OVER = ("done", "failed", "cancelled")


class Invariants:
    """What holds of one `applicant`; `known` is the number of a company that is a customer."""

    applicant = known = None

    @transaction.atomic
    def see_that_the_state_is_valid(self):
        """Look at everything while nobody may change the application."""
        Application.objects.select_for_update().get(pk=self.applicant.pk)
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
            " where status <> 'failed'"
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
        ours = [c for c in self.customers_in_the_erp() if c.reference == application.reference]
        links = Link.objects.filter(outside_id__in=[customer.number for customer in ours])
        accounts = Account.objects.filter(pk__in=links.values("object_id"))
        assert max(len(ours), len(links), len(accounts)) <= 1
        if application.status == "done":
            # A company that is a customer already was not made a second time.
            is_new = self.applicant.number != self.known
            assert len(ours) == len(links) == int(is_new)
            assert not is_new or [account.pk for account in accounts] == [application.account_id]
            seats = Membership.objects.filter(account=application.account_id)
            assert seats.filter(user__email=self.applicant.address).count() == 1

    def customers_in_the_erp(self):
        """Return everybody whom the ERP has, as its own people see it."""
        raise NotImplementedError

    def what_was_answered_is_still_right(self):
        application = self.applicant.application
        journey = compiled(application.release_id)
        facts = current_facts(Fact.objects.filter(application=application).order_by("id"))
        for step in self.answered():
            form = journey.forms[step.target]
            answers = validate(form, typed(form, facts), facts={}, language="en")
            assert answers.ok, (step, answers.errors)

    def answered(self):
        """Return the steps whose answers count: taken, not taken back, and not come to again.

        Who enters another number is asked again whatever was about the first one.
        """
        standing = []
        for step in self.steps.exclude(closing=None).order_by("closing"):
            if step.outcome == "undone":
                continue
            places = [i for i, earlier in enumerate(standing) if earlier.element == step.element]
            if step.outcome == "rewound":
                del standing[places[-1] :]
            else:
                if places and step.lane == "customer":
                    del standing[places[0] :]
                standing.append(step)
        # A code is used up, not kept.
        return [s for s in standing if s.kind == "user" and s.element != "prove_email"]

    @property
    def steps(self):
        return Step.objects.filter(application=self.applicant.pk)

    @property
    def calls(self):
        return Call.objects.filter(application=self.applicant.pk)

    @transaction.atomic
    def case(self):
        return open_case(by=SYSTEM, application_id=self.applicant.pk, now=timezone.now())


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
