"""A small pack that promises: an answer about credit in three working days, reviews in four hours.

An applicant asks, an associate looks and may ask back, and then it is told.
"""

from __future__ import annotations

import json
from datetime import datetime
from uuid import uuid4

from atrio.journeys.actions import publish
from atrio.kernel.actors import SYSTEM, Actor
from atrio.onboarding.actions import decide_step, start_application, submit_step
from atrio.onboarding.models import Application, Promise
from atrio.seller.models import BusinessUnit

PACK = """
name = "credit_xx"
country = "DE"
customer = "company"
default_language = "en"
languages = ["en"]
time_zone = "Europe/Berlin"
currency = "EUR"

[title]
en = "Credit"

[clock]
customer = 60
ours = 60
outside = 60

[promises.credit_line]
budget = "P3D"
calendar = "working"
warn_at = 0.5
escalate_to = "manager"
escalate_after = "P1D"
starts_at = "ask"
kept_by = "tell"
when = "credit.wanted == true"
pauses_for = "customer"
title = { en = "Your credit line" }

[promises.steps.look]
budget = "PT4H"
calendar = "working"

[promises.person]
budget = "PT2H"
calendar = "working"
"""
PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
             xmlns:atrio="https://atrio.dev/bpmn" targetNamespace="https://atrio.dev/tests">
  <process id="credit_xx" isExecutable="true">
    <laneSet id="lanes">
      <lane id="customer" name="Customer">
        <flowNodeRef>started</flowNodeRef>
        <flowNodeRef>ask</flowNodeRef>
        <flowNodeRef>answer</flowNodeRef>
        <flowNodeRef>told</flowNodeRef>
      </lane>
      <lane id="associate" name="Associate">
        <flowNodeRef>look</flowNodeRef>
        <flowNodeRef>clear</flowNodeRef>
        <flowNodeRef>tell</flowNodeRef>
      </lane>
    </laneSet>
    <startEvent id="started" />
    <userTask id="ask" name="Ask" atrio:form="wish" atrio:submits="yes" />
    <userTask id="look" name="Look" atrio:form="look" />
    <exclusiveGateway id="clear" name="Is it clear?" default="is_clear" />
    <userTask id="answer" name="Answer" atrio:form="answer" />
    <sendTask id="tell" name="Tell" atrio:notice="told" />
    <endEvent id="told" name="Told" />
    <sequenceFlow id="f1" sourceRef="started" targetRef="ask" />
    <sequenceFlow id="f2" sourceRef="ask" targetRef="look" />
    <sequenceFlow id="f3" sourceRef="look" targetRef="clear" />
    <sequenceFlow id="not_clear" sourceRef="clear" targetRef="answer">
      <conditionExpression xsi:type="tFormalExpression">look.clear == false</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="is_clear" sourceRef="clear" targetRef="tell" />
    <sequenceFlow id="f6" sourceRef="answer" targetRef="look" />
    <sequenceFlow id="f7" sourceRef="tell" targetRef="told" />
  </process>
</definitions>
"""
TEXTS = """
[steps.ask]
name = "Ask for credit"
doing = "You ask"
done = "Asked"
who = "customer"
[steps.look]
name = "Look at it"
doing = "We look"
done = "Looked at"
who = "us"
[steps.answer]
name = "Answer our question"
doing = "You answer"
done = "Answered"
who = "customer"
[outcomes.told]
title = "Told"
text = "Told"
good = true
[notices.told]
subject = "Told"
text = "Told"
"""


def _form(name, *fields):
    made = [
        {"name": field, "type": kind, "label": {"en": field}, "required": True}
        for field, kind in fields
    ]
    return json.dumps({"name": name, "title": {"en": name}, "fields": made})


FILES = {
    "pack.toml": PACK,
    "process.bpmn": PROCESS,
    "forms/wish.json": _form("wish", ("credit.wanted", "yes_no")),
    "forms/look.json": _form("look", ("look.clear", "yes_no")),
    "forms/answer.json": _form("answer", ("answer.text", "text")),
    "texts/en.toml": TEXTS,
    "examples/clear.json": json.dumps(
        {
            "title": {"en": "At once"},
            "language": "en",
            "answers": [
                {"step": "ask", "form": {"credit.wanted": "yes"}},
                {"step": "look", "form": {"look.clear": "yes"}},
            ],
            "expect": {"end": "told"},
        }
    ),
}


def publish_promising(root, now, **changed):
    """Publish the pack."""
    folder = root / "credit_xx"
    for path, text in (FILES | changed).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return publish(by=SYSTEM, folder=folder, now=now)


def open_unit(code="nordlicht-de"):
    """Open a unit in Berlin that works from nine to six."""
    return BusinessUnit.objects.create(
        code=code,
        name="Nordlicht Deutschland",
        country="DE",
        currency="EUR",
        language="de",
        time_zone="Europe/Berlin",
        sender="hallo@nordlicht.example",
        journeys=["credit_xx"],
    )


class Asking:
    """Somebody who asks for credit, and whoever looks at it."""

    def __init__(self, now: datetime) -> None:
        self.application = start_application(
            journey="credit_xx", language="en", visit=uuid4(), first_page_at=now, now=now
        )
        self.pk = self.application.pk
        self.by = Actor(kind="applicant", id=str(self.pk), application=self.pk)

    def answer(self, step: str, *, now: datetime, **answers: str) -> None:
        """Answer one of the applicant's steps."""
        said = {name.replace("__", "."): value for name, value in answers.items()}
        _application, found = submit_step(by=self.by, step=step, submitted=said, now=now)
        assert found.ok, found.errors

    def ask(self, *, now: datetime, wanted: str = "yes") -> Asking:
        """Ask for credit, or do without."""
        self.answer("ask", now=now, credit__wanted=wanted)
        return self

    def look(self, by: Actor, *, clear: bool, now: datetime) -> None:
        """Let an associate look at it."""
        decide_step(
            by=by,
            application_id=self.pk,
            step="look",
            submitted={"look.clear": "yes" if clear else "no"},
            language="en",
            now=now,
        )

    def promise(self, name: str) -> Promise:
        """Return its latest promise of a name."""
        return Promise.objects.filter(application=self.pk, name=name).latest("started_at")

    @property
    def kept(self) -> Application:
        """The application as it is kept."""
        return Application.objects.get(pk=self.pk)
