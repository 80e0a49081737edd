"""Plays a pack's examples on a stage and tells each step with its time and outcome."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.db import transaction
from django.utils import timezone

from atrio.engine.process import Element
from atrio.identity.actions import ensure_user
from atrio.journeys.actions import publish
from atrio.journeys.examples import Example, Submission
from atrio.journeys.journey import Journey
from atrio.journeys.packs import load_pack, write_pack
from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.database import acting_as
from atrio.kernel.ids import new_id
from atrio.notices.queries import messages_visible_to
from atrio.onboarding.actions import (
    decide_access,
    decide_step,
    start_application,
    submit_step,
    withdraw_credit,
)
from atrio.onboarding.models import Application, Fact, Step
from atrio.onboarding.queries import access_requests_visible_to
from atrio.onboarding.rules import current_facts
from atrio.onboarding.tokens import applicant, token_for
from atrio.outside.models import Connection
from atrio.parties.queries import member_actor
from atrio.seller.models import BusinessUnit
from atrio.site.rehearsal.acquaintances import ADMIN, crm_records, erp_records, make_known
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
    "crm.find_customer": "find_accounts",
    "crm.save_customer": "save_account",
    "erp.set_credit_line": "set_credit_line",
}
# How an applicant brings a message.
BRINGS: Mapping[str, Callable[..., object]] = {"credit_withdrawn": withdraw_credit}
EXISTS = "existing_customer"
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
    second: Actor = field(init=False)  # pair of eyes
    application_id: UUID = field(init=False)
    told: set[UUID] = field(default_factory=set)

    def run(self) -> None:
        self.staff, self.second = _associate("Associate"), _associate("Second")
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
        if submission.message:
            self._bring(submission.message)
            return
        answers = dict(submission.form)
        element = next(e for e in self.journey.elements("user") if e.id == submission.step)
        if "proof" in element.attributes and not submission.errors:
            # The example cannot know the code; it is in the mail, as for everybody.
            answers = dict.fromkeys(answers, self._code())
        by = applicant(token_for(self.application_id))
        now = timezone.now()
        if element.lane == "admin":
            self._let_the_admin_say(answers, now)
            return
        if element.lane == "customer":
            with acting_as(by):
                _application, result = submit_step(
                    by=by, step=submission.step, submitted=answers, now=now
                )
        else:
            staff = self._staff_for(element)
            with acting_as(staff):
                _application, result = decide_step(
                    by=staff,
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

    def _bring(self, message: str) -> None:
        """Let the applicant do what a message of theirs stands for."""
        bring = BRINGS.get(message)
        if bring is None:
            raise WentWrong(f"nobody here brings a message {message!r}")
        by = applicant(token_for(self.application_id))
        with acting_as(by):
            bring(by=by, now=timezone.now())

    def _staff_for(self, element: Element) -> Actor:
        """Return who may answer a step: of two people the one who has not answered what bars it."""
        before = element.attributes.get("not_by", "").split()
        answered = {step.by_id for step in self._steps() if step.element in before}
        return self.second if self.staff.id in answered else self.staff

    def _let_the_admin_say(self, answers: Mapping[str, Any], now: datetime) -> None:
        """Answer a colleague's request as the account's admin; the background goes on."""
        admin = ensure_user(email=ADMIN, name="Admin", language="en")
        with transaction.atomic():
            by = member_actor(admin.pk, "Admin")
            request = access_requests_visible_to(by).get(application_id=self.application_id)
            is_approved = answers["access.verdict"] == "approve"
            decide_access(by=by, request_id=request.pk, is_approved=is_approved, now=now)

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
        ends = {*application.ends, *self._open()}
        if ends != expected.ends:
            wanted = ", ".join(sorted(expected.ends))
            raise WentWrong(f"it ends at {', '.join(sorted(ends))}, not at {wanted}")
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


def _associate(name: str) -> Actor:
    user = ensure_user(email=f"{name.lower()}@rehearsal.invalid", name=name, language="en")
    return Actor(
        kind="staff",
        id=str(user.pk),
        label=name,
        roles=frozenset({"associate"}),
        business_units=frozenset({UNIT}),
    )


def _is_ours(name: str) -> bool:
    """Say whether a number is given by the ERP in memory, whatever the example calls it."""
    return name.startswith("erp.")


def _set(stage: Stage, folder: Path, example: Example) -> Journey:
    """Empty the house, let the outside say what the example says, and publish the pack."""
    with psycopg.connect(stage.postgres.url(), autocommit=True) as connection:
        connection.execute("truncate onboarding_application, parties_account, pgqueuer cascade")
    now = timezone.now()
    journey = Journey.compile(load_pack(folder))
    known_by = _elements_by_call(journey)
    script = _script(journey, example, known_by)
    scene = new_id().hex[:12]
    codes = {}
    connections = {}
    for port in ("erp", "registry", "crm"):
        codes[port] = f"{port}-{scene}"
        connections[port] = Connection.objects.create(
            code=codes[port],
            port=port,
            product="memory",
            base_url=f"memory://{codes[port]}",
            options={"articles": 12, "currency": journey.pack.currency, **script[port]},
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
    mirror_catalogue(erp=codes["erp"], now=now)
    # Customers are written by staff or the background, not by the web process.
    with acting_as(_associate("Associate")):
        for element in known_by["crm.find_customer"]:
            make_known(
                example, element, unit=UNIT, journey=journey, erp=connections["erp"], now=now
            )
    publish(by=SYSTEM, folder=copy, now=now)
    return Journey.compile(pack)


def _elements_by_call(journey: Journey) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for element in journey.elements("call"):
        found[element.target].append(element.id)
    return found


def _script(
    journey: Journey, example: Example, elements: Mapping[str, list[str]]
) -> dict[str, dict[str, Any]]:
    """Turn what the example lets outside systems say into options of the systems in memory."""
    refuses, records = {}, {}
    targets = {element: call for call, names in elements.items() for element in names}
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
        # That a customer exists already is not a refusal: the ERP has a record of it.
        errors = [answer.error for answer in said if answer.error != EXISTS]
        refuses[OPERATIONS[targets[element]]] = errors
        if targets[element] == "registry.find_company":
            for number, answer in zip(numbers, [*said, *[said[-1]] * len(numbers)], strict=False):
                records[number] = _record(answer.facts)
    in_erp = [
        record
        for element in elements["erp.create_customer"]
        for record in erp_records(example, element, journey)
    ]
    in_crm = [
        record
        for element in elements["crm.find_customer"]
        for record in crm_records(example, element)
    ]
    return {
        "erp": {"refuses": refuses, "records": in_erp},
        "registry": {"refuses": refuses, "records": records},
        "crm": {"refuses": refuses, "records": in_crm},
    }


def _record(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    parts = {name.removeprefix("register."): value for name, value in facts.items()}
    return None if parts.pop("outcome", "") == "not_found" else parts


def _with_policy(stage: Stage, folder: Path, example: Example) -> Path:
    """Return a copy of the pack with the policy under which the example is told.

    The other examples stay behind: under this policy they would not go as they say.
    """
    copy = stage.folder / "packs" / folder.name
    shutil.rmtree(copy, ignore_errors=True)
    write_pack(load_pack(folder), copy)
    for file in (copy / "examples").glob("*.json"):
        if file.stem != example.name:
            file.unlink()
    for name, mode in example.policy.items():
        file = copy / "policy" / f"{name}.json"
        about = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**about, "mode": mode}), encoding="utf-8")
    return copy
