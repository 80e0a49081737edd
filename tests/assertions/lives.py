"""What applications live through and no example tells: time that passes, going back, leaving.

Imported once Django knows its settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from django.utils import timezone

from atrio.journeys.examples import Submission
from atrio.kernel.actors import SYSTEM
from atrio.kernel.database import acting_as
from atrio.kernel.queue import later
from atrio.onboarding.actions import (
    fire_timer,
    send_code_again,
    submit_step,
    withdraw_application,
)
from atrio.onboarding.case import open_case
from atrio.onboarding.tokens import applicant, token_for
from atrio.site.rehearsal.player import _Performance, _set
from atrio.site.rehearsal.stage import Stage
from bench.support.clock import move_clock_on


@dataclass(frozen=True)
class Deed:
    """Something that happens while a step is open, and is no answer to it; `do` takes the life."""

    step: str
    do: Callable
    form: Mapping = field(default_factory=dict)  # nothing is filled in
    errors: Mapping = field(default_factory=dict)


@dataclass(kw_only=True)
class Life(_Performance):
    """An example in which more happens than that forms are filled in."""

    stage: Stage

    def _answer(self, submission):
        if not isinstance(submission, Deed):
            super()._answer(submission)
            return
        self._wait(lambda: self._is_open(submission.step), submission.step)
        submission.do(self)

    @property
    def by(self):
        """Return the applicant."""
        return applicant(token_for(self.application_id))

    def let_time_pass(self, how_long):
        """Let everything be so much longer ago that is written down."""
        move_clock_on(self.stage.postgres.url(user="postgres"), how_long)


def live(stage, folder, story, *, tell):
    """Live through a story of the pack in `folder`."""
    Life(_set(stage, folder, story), story, tell, stage=stage).run()


def stories_of(examples):
    """Return what may happen with the pack as it lies in its folder, by name."""
    happy, listed = examples["happy_path"], examples["number_corrected"]
    closed, refused = examples["closed_company"], examples["erp_refuses_once"]
    known, reviewed = examples["known_not_linked"], examples["approval_before_erp"]
    give_up = {"repair.action": "give_up", "repair.note": "No such street"}
    not_proved = {"control.verdict": "decline", "control.note": "Nobody knows them"}
    return {
        "given_up": told(
            refused, *before(refused, "repair"), Submission("repair", give_up), ends=["given_up"]
        ),
        "nobody_objects": told(
            closed, *closed.answers, fires("objection", after="15 days"), ends=["declined"]
        ),
        "admin_is_silent": told(
            known,
            *before(known, "admin_decides"),
            fires("admin_decides", after="4 days"),
            Submission("verify_control", not_proved),
            ends=["kept_out_end"],
        ),
        "contact_changed": told(
            happy,
            *before(happy, "check_and_submit"),
            goes_back(happy, "check_and_submit", to="give_contact", email="a@elsewhere.example"),
            *behind(happy, "give_contact"),
            ends=happy.ends,
        ),
        "company_changed": told(
            listed,
            *before(listed, "prove_email"),
            goes_back(listed, "prove_email", to="confirm_company", legal_name="Dunavento S.A."),
            *behind(listed, "confirm_company"),
            ends=listed.ends,
        ),
        "withdrawn": told(happy, *before(happy, "prove_email"), Deed("prove_email", withdraw)),
        "withdrawn_in_review": told(
            reviewed, *before(reviewed, "review"), Deed("review", withdraw)
        ),
        "expired": told(
            happy, *before(happy, "give_contact"), Deed("give_contact", stay_away_for_a_month)
        ),
    }


def stories_by_the_clock(examples):
    """Return what may happen with the pack in which clocks run, by name."""
    reviewed = examples["approval_before_erp"]
    return {
        "reminded": told(
            reviewed,
            *before(reviewed, "prove_email"),
            fires("prove_email", after="2 hours"),
            Deed("prove_email", ask_for_another_code),
            *behind(reviewed, "give_contact"),
            ends=[*reviewed.ends, "reminded"],
        ),
        "reviewed_too_late": told(
            reviewed,
            *before(reviewed, "review"),
            fires("review", after="2 days"),
            ends=["objection"],
        ),
    }


def told(example, *answers, ends=()):
    """Return the example with other answers and other ends; it keeps its name in its pack."""
    return replace(example, answers=answers, ends=frozenset(ends), steps=(), facts={})


def before(example, step):
    """Return the answers before one, the first time that it is given."""
    return example.answers[: _place(example, step)]


def behind(example, step):
    """Return the answers that follow on one, the last time that it is given."""
    places = [place for place, answer in enumerate(example.answers) if answer.step == step]
    return example.answers[places[-1] + 1 :]


def _place(example, step):
    return next(place for place, answer in enumerate(example.answers) if answer.step == step)


def fires(at, *, after):
    """Let a timer at a step go off, and so much time have passed by then."""

    def do(life):
        with acting_as(life.staff):
            case = open_case(by=SYSTEM, application_id=life.application_id, now=timezone.now())
            (timer,) = case.run.timers
            fire_timer(application_id=life.application_id, task_id=timer.task_id, now=timer.due_at)
        life.let_time_pass(after)

    return Deed(at, do)


def goes_back(example, at, *, to, **changed):
    """Answer a step once more while a later one is open, and something in it otherwise."""
    said = example.answers[_place(example, to)].form
    prefix = next(iter(said)).partition(".")[0]
    said = {**said, **{f"{prefix}.{name}": value for name, value in changed.items()}}

    def do(life):
        with acting_as(life.by):
            _application, answers = submit_step(
                by=life.by, step=to, submitted=said, now=timezone.now()
            )
        assert answers.ok, answers.errors

    return Deed(at, do)


def stay_away_for_a_month(life):
    life.let_time_pass("31 days")
    later("onboarding.remind")


def ask_for_another_code(life):
    with acting_as(life.by):
        send_code_again(by=life.by, step="prove_email", now=timezone.now())


def withdraw(life):
    with acting_as(life.by):
        withdraw_application(by=life.by, reason="Too much to ask", now=timezone.now())
