"""Plays a pack's examples on a stage and tells each step with its time and outcome."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.utils import timezone

from atrio.identity.actions import ensure_user
from atrio.journeys.actions import publish
from atrio.journeys.examples import Example, Submission
from atrio.journeys.journey import Journey
from atrio.journeys.packs import load_pack
from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.database import acting_as
from atrio.kernel.ids import new_id
from atrio.notices.queries import messages_visible_to
from atrio.onboarding.actions import decide_step, start_application, submit_step
from atrio.onboarding.models import Application, Fact, Step
from atrio.onboarding.rules import current_facts
from atrio.onboarding.tokens import applicant, token_for
from atrio.outside.models import Connection
from atrio.seller.models import BusinessUnit
from atrio.site.rehearsal.stage import Stage
from atrio.trade.actions import mirror_catalogue

UNIT = "rehearsal"
PATIENCE = 60.0  # seconds for the next step to come up
LOOK_AGAIN = 0.03
_NOT_DONE = ("", "undone", "rewound")
# What an example's element stands for at the systems in memory.
OPERATIONS = {
    "registry.find_company": "find_company",
    "erp.create_customer": "create_customer",
    "trade.fetch_prices": "prices",
}
Tell = Callable[[str], None]


class WentWrong(Exception):
    """The example does not go the way it says it does; the message says where."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: how long it took, which element, and how it ended."""

    seconds: float
    element: str
    outcome: str

    def __str__(self) -> str:
        return f"    {self.seconds:6.2f} s  {self.element:<24} {self.outcome}"


def play(stage: Stage, folder: Path, example: Example, *, tell: Tell) -> None:
    """Play one example of the pack in `folder`. Raises WentWrong."""
    journey = _set(stage, folder, example)
    _Performance(journey, example, tell).run()


@dataclass
class _Performance:
    journey: Journey
    example: Example
    tell: Tell
    staff: Actor = field(init=False)
    application_id: UUID = field(init=False)
    told: set[UUID] = field(default_factory=set)

    def run(self) -> None:
        user = ensure_user(email="associate@rehearsal.invalid", name="Associate", language="en")
        self.staff = Actor(
            kind="staff",
            id=str(user.pk),
            label="Associate",
            roles=frozenset({"associate"}),
            business_units=frozenset({UNIT}),
        )
        now = timezone.now()
        application = start_application(
            journey=self.journey.pack.name,
            language=self.example.language,
            visit=new_id(),
            first_page_at=now,
            now=now,
        )
        self.application_id = application.pk
        for submission in self.example.answers:
            self._answer(submission)
        self._wait(lambda: self._application().finished_at is not None, "the end")
        self._compare()

    def _answer(self, submission: Submission) -> None:
        self._wait(lambda: self._is_open(submission.step), submission.step)
        answers = dict(submission.form)
        element = next(e for e in self.journey.elements("user") if e.id == submission.step)
        if "proof" in element.attributes and not submission.errors:
            # The example cannot know the code; it is in the mail, as for everybody.
            answers = dict.fromkeys(answers, self._code())
        by = applicant(token_for(self.application_id))
        now = timezone.now()
        if element.lane == "customer":
            with acting_as(by):
                _application, result = submit_step(
                    by=by, step=submission.step, submitted=answers, now=now
                )
        else:
            with acting_as(self.staff):
                _application, result = decide_step(
                    by=self.staff,
                    application_id=self.application_id,
                    step=submission.step,
                    submitted=answers,
                    language=self.example.language,
                    now=now,
                )
        found = {name: message.code for name, message in result.errors.items()}
        if found != dict(submission.errors):
            raise WentWrong(f"{submission.step}: the form answers {found or 'without errors'}")
        if found:
            self.tell(str(Line(0, submission.step, f"refused: {', '.join(found.values())}")))

    def _wait(self, is_there: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            arrived = is_there()
            self._tell_steps()
            if arrived:
                return
            if time.monotonic() > until:
                raise WentWrong(
                    f"{what} did not come; open: {', '.join(self._open()) or 'nothing'}"
                )
            time.sleep(LOOK_AGAIN)

    def _tell_steps(self) -> None:
        for step in self._steps():
            if step.closed_at and step.pk not in self.told:
                self.told.add(step.pk)
                seconds = (step.closed_at - step.opened_at).total_seconds()
                self.tell(str(Line(seconds, step.element, step.outcome)))

    def _compare(self) -> None:
        application, expected = self._application(), self.example
        if application.ends != [expected.end]:
            raise WentWrong(f"it ends at {', '.join(application.ends)}, not at {expected.end}")
        done = [step.element for step in self._steps() if step.outcome not in _NOT_DONE]
        # What runs side by side ends in either order.
        if expected.steps and sorted(done) != sorted(expected.steps):
            raise WentWrong(f"the steps were {', '.join(done)}")
        with acting_as(self.staff):
            facts = current_facts(Fact.objects.filter(application=application).order_by("id"))
        for name, wanted in expected.facts.items():
            if name in facts and facts[name] != wanted and not _is_ours(name):
                raise WentWrong(f"{name} is {facts[name]!r}, not {wanted!r}")

    def _application(self) -> Application:
        with acting_as(self.staff):
            return Application.objects.get(pk=self.application_id)

    def _steps(self) -> list[Step]:
        with acting_as(self.staff):
            return list(Step.objects.filter(application=self.application_id).order_by("closing"))

    def _open(self) -> list[str]:
        return [step.element for step in self._steps() if step.closed_at is None]

    def _is_open(self, element: str) -> bool:
        return element in self._open()

    def _code(self) -> str:
        with acting_as(self.staff):
            mail = messages_visible_to(self.staff).filter(
                application_id=self.application_id, notice="code"
            )[0]
        found = re.search(r"\b\d{6}\b", mail.text)
        if found is None:
            raise WentWrong("the mail holds no code")
        return found[0]


def _is_ours(name: str) -> bool:
    """Say whether a number is given by the ERP in memory, whatever the example calls it."""
    return name.startswith("erp.")


def _set(stage: Stage, folder: Path, example: Example) -> Journey:
    """Empty the house, let the outside say what the example says, and publish the pack."""
    with psycopg.connect(stage.postgres.url(), autocommit=True) as connection:
        connection.execute("truncate onboarding_application, parties_account, pgqueuer cascade")
    now = timezone.now()
    script = dict(_script(load_pack(folder), example))
    scene = new_id().hex[:12]
    codes = {}
    for port in ("erp", "registry"):
        codes[port] = f"{port}-{scene}"
        Connection.objects.create(
            code=codes[port],
            port=port,
            product="memory",
            base_url=f"memory://{codes[port]}",
            options={"articles": 12, **script},
            created_at=now,
        )
    copy = _with_policy(stage, folder, example)
    pack = load_pack(copy)
    BusinessUnit.objects.update_or_create(
        code=UNIT,
        defaults={
            "name": "Rehearsal",
            "country": pack.country,
            "currency": pack.currency,
            "language": pack.default_language,
            "time_zone": pack.time_zone,
            "sender": "rehearsal@rehearsal.invalid",
            "journeys": [pack.name],
            **codes,
        },
    )
    # What is said to the ERP is kept, which the web process may not.
    with acting_as(Actor(kind="staff", id="rehearsal")):
        mirror_catalogue(erp=codes["erp"], now=now)
    publish(by=SYSTEM, folder=copy, now=now)
    return Journey.compile(pack)


def _script(pack: Any, example: Example) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Turn what the example lets outside systems say into options of the systems in memory."""
    journey = Journey.compile(pack)
    targets = {element.id: element.target for element in journey.elements("call")}
    refuses, records = {}, {}
    numbers = [
        "".join(filter(str.isalnum, str(value))).upper()
        for submission in example.answers
        for name, value in submission.form.items()
        if name == "company.tax_id" and not submission.errors
    ]
    for element, said in example.calls.items():
        if targets[element] not in OPERATIONS:
            if any(answer.error for answer in said):
                raise WentWrong(f"{element} asks nobody outside: it cannot be told to fail")
            continue
        refuses[OPERATIONS[targets[element]]] = [answer.error for answer in said]
        if targets[element] == "registry.find_company":
            for number, answer in zip(numbers, [*said, *[said[-1]] * len(numbers)], strict=False):
                records[number] = _record(answer.facts)
    yield "refuses", refuses
    yield "records", records


def _record(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    parts = {name.removeprefix("register."): value for name, value in facts.items()}
    return None if parts.pop("outcome", "") == "not_found" else parts


def _with_policy(stage: Stage, folder: Path, example: Example) -> Path:
    """Return a copy of the pack with the policy under which the example is told.

    The other examples stay behind: under this policy they would not go as they say.
    """
    copy = stage.folder / "packs" / folder.name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    for file in (copy / "examples").glob("*.json"):
        if file.stem != example.name:
            file.unlink()
    for name, mode in example.policy.items():
        file = copy / "policy" / f"{name}.json"
        about = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**about, "mode": mode}), encoding="utf-8")
    return copy
