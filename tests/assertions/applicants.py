"""Applicants who go through the use cases themselves, without the time that pages take."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count
from uuid import uuid4

from django.utils import timezone

from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import start_application, submit_step
from atrio.onboarding.models import Application, Fact, Step
from atrio.outside.invented import invented_numbers

_numbers = invented_numbers(start=2000)
_serial = count(1)

STEPS = ("enter_tax_id", "confirm_company", "give_contact", "prove_email", "check_and_submit")
ADDRESS = {
    "company.address.postal_code": "01310-100",
    "company.address.street": "Rua das Bromélias",
    "company.address.number": "12",
    "company.address.district": "Centro",
    "company.address.city": "São Paulo",
    "company.address.region": "SP",
}


class Applicant:
    """A company that becomes a customer: what it says at each step, and how far it has come."""

    def __init__(self, *, number=None, application=None):
        serial = next(_serial)
        self.number = number or next(_numbers)
        self.company = f"Ventorim {serial:03} Instalações Ltda"
        self.email = f"alice{serial:03}@ventorim.example"
        self.clock_is_off = timedelta()  # of the machine that serves the next page
        self.pk = self._begin() if application is None else application.pk
        self.actor = Actor(kind="applicant", id=str(self.pk), application=self.pk)

    def _begin(self):
        return start_application(
            journey="company_br",
            language="en",
            visit=uuid4(),
            first_page_at=timezone.now(),
            now=timezone.now(),
        ).pk

    @property
    def now(self):
        return timezone.now() + self.clock_is_off

    @property
    def application(self):
        return Application.objects.get(pk=self.pk)

    @property
    def open_elements(self):
        steps = Step.objects.filter(application=self.pk, closed_at=None)
        return set(steps.values_list("element", flat=True))

    @property
    def address(self):
        """Where letters go today, "" before there is an address."""
        given = Fact.objects.filter(application=self.pk, field="contact.email")
        latest = given.order_by("-id").first()
        return (latest.value or "") if latest else ""

    @property
    def code(self):
        """The latest code in the mail to that address, "000000" before there is one."""
        letters = Message.objects.filter(application_id=self.pk, notice="code", to=self.address)
        latest = letters.order_by("-id").first()
        return re.search(r"\b\d{6}\b", latest.text)[0] if latest else "000000"

    def says(self, step):
        """Return the answers to a step that are right for this company."""
        return {
            "enter_tax_id": lambda: {"company.tax_id": self.number},
            "confirm_number": lambda: {"company.number_is_right": "yes"},
            "confirm_company": lambda: {"company.legal_name": self.company, **ADDRESS},
            "give_contact": lambda: {
                "contact.name": "Alice Prado",
                "contact.role": "buyer",
                "contact.email": self.email,
                "contact.phone": "+55 11 91234-5678",
            },
            "prove_email": lambda: {"proof.code": self.code},
            "check_and_submit": lambda: {"consent.terms": "yes"},
            "objection": lambda: {"objection.text": "The address has changed."},
        }[step]()

    def answer(self, step, **changed):
        """Answer a step, by default with what is right."""
        submitted = {**self.says(step), **{k.replace("__", "."): v for k, v in changed.items()}}
        with acting_as(self.actor):
            _application, answers = submit_step(
                by=self.actor, step=step, submitted=submitted, now=self.now
            )
        return answers

    def go_to(self, step):
        """Answer every step before this one, with the background's help."""
        for earlier in STEPS[: STEPS.index(step)]:
            answers = self.answer(earlier)
            assert answers.ok, answers.errors
            run_pending()
        return self

    def become_customer(self):
        """Go all the way, with the background's help."""
        self.go_to(STEPS[-1]).answer(STEPS[-1])
        run_pending()
        assert self.application.status == "done"
        return self

    def submit(self):
        """Answer everything from the company's details to the consent."""
        for step in STEPS[1:]:
            answers = self.answer(step)
            assert answers.ok, answers.errors
