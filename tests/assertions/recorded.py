"""Histories of applications as the tables held them, kept for the code of later years.

A folder of `histories/` is one release: its files in `release.zip`, and an application in each JSON
file, with its steps in the order they were closed, its facts, what was decided and where it
ended. Only the policy may differ from the release's: a history names what it changes.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from atrio.checks.models import Decision
from atrio.engine.forms import nested
from atrio.engine.replay import Diverged
from atrio.journeys.freezing import fingerprint, freeze, thaw
from atrio.journeys.models import Release
from atrio.journeys.queries import compiled
from atrio.onboarding.history import replayed
from atrio.onboarding.models import Application, Fact, Step

HISTORIES = Path(__file__).parent / "histories"
RELEASE = "release.zip"
STEP = ("element", "kind", "target", "lane", "opened_at", "closed_at", "closing", "outcome")
FACT = ("field", "value", "origin", "source", "status", "at")
DECISION = ("table", "version", "outcome", "reasons", "facts")


def all_histories():
    """Return every recorded history, by the name of its release and its own."""
    return sorted(HISTORIES.glob("*/*.json"))


def written_down(application, *, policy):
    """Return an application's rows as a history."""
    steps = list(Step.objects.filter(application=application).order_by("closing", "id"))
    facts = list(Fact.objects.filter(application=application).order_by("id"))
    decisions = Decision.objects.filter(application_id=application.pk).order_by("id")
    place = {step.pk: number for number, step in enumerate(steps)}
    return {
        "policy": dict(policy),
        "status": application.status,
        "began_at": application.created_at,
        "ends": list(application.ends),
        "open": sorted(step.element for step in steps if step.closed_at is None),
        "steps": [_said(step, STEP) for step in steps],
        "facts": [{"step": place.get(fact.step_id), **_said(fact, FACT)} for fact in facts],
        "decisions": [_said(decision, DECISION) for decision in decisions],
    }


def _said(row, names):
    return {name: getattr(row, name) for name in names}


def differences(file):
    """Replay a history with today's code on its own release; return what comes out otherwise."""
    history = json.loads(file.read_text(encoding="utf-8"))
    application = _put_back(history, (file.parent / RELEASE).read_bytes())
    journey = compiled(application.release_id)
    found = [*_decided_otherwise(history, journey)]
    try:
        run = replayed(application, journey)
    except Diverged as error:
        return [*found, str(error)]
    is_open = sorted(task.element for task in run.open_tasks)
    for what, then, now in (
        ("open", history["open"], is_open),
        ("ends", sorted(history["ends"]), sorted(run.ends)),
    ):
        if then != now:
            found.append(f"{what}: {then} then, {now} now")
    return found


def _decided_otherwise(history, journey):
    """Yield where a table says anything else of the same facts, outcome, reasons or the rest."""
    concluded = _concluded(history)
    for number, (then, facts) in enumerate(
        zip(history["decisions"], concluded, strict=True), start=1
    ):
        table = journey.tables[then["table"]]
        now = table.decide(nested(then["facts"], onto=journey.policy_facts))
        now |= {"table_version": table.version}
        for name, value in {**facts, "outcome": then["outcome"]}.items():
            if now.get(name) != value:
                yield f"decision {number}, {then['table']}: {name} was {value}, is {now.get(name)}"


def _concluded(history):
    """Return what each decision made known, by name, in the order they were made."""
    for number, step in enumerate(history["steps"]):
        if step["kind"] == "table" and step["closed_at"]:
            facts = [fact for fact in history["facts"] if fact["step"] == number]
            yield {fact["field"].removeprefix("decision."): fact["value"] for fact in facts}


def _put_back(history, content):
    """Write the history into the tables, as if it had been lived here."""
    files = thaw(content)
    for name, mode in history["policy"].items():
        path = f"policy/{name}.json"
        files[path] = json.dumps({**json.loads(files[path]), "mode": mode}).encode()
    frozen, began_at = freeze(files), datetime.fromisoformat(history["began_at"])
    release, _made = Release.objects.get_or_create(
        sha256=fingerprint(frozen),
        defaults={
            "pack": "company_br",
            "version": Release.objects.count() + 1,
            "content": frozen,
            "published_at": began_at,
            "published_by": "system",
        },
    )
    application = Application.objects.create(
        reference=uuid4().hex[:9].upper(),
        release=release,
        business_unit="nordlicht-br",
        language="en",
        visit=uuid4(),
        status=history["status"],
        state=b"",
        **dict.fromkeys(("first_page_at", "promised_at", "created_at", "updated_at"), began_at),
    )
    steps = [
        Step(application=application, task_id=uuid4(), **_moments(said))
        for said in history["steps"]
    ]
    Step.objects.bulk_create(steps)
    Fact.objects.bulk_create(
        Fact(
            application=application,
            step=None if said["step"] is None else steps[said["step"]],
            by_kind="system",
            **{name: _moments(said)[name] for name in FACT},
        )
        for said in history["facts"]
    )
    return application


def _moments(said):
    return {
        name: datetime.fromisoformat(value) if value and name.endswith("at") else value
        for name, value in said.items()
    }
