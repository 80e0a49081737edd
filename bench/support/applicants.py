"""`python -m bench.support.applicants COUNT AT_ONCE FIRST UNTIL`: companies become customers.

They go through the use cases as the web process does, in its database role, and wait for
whatever the background does. What an applicant would learn from a page or a mail (that a step
is open, the code) they read as the database's administrator, so that nothing of Atrio's is
measured for it.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from itertools import islice
from uuid import UUID, uuid4

import django
import psycopg

django.setup()

from django.utils import timezone  # noqa: E402

from atrio.kernel.actors import Actor  # noqa: E402
from atrio.kernel.database import acting_as  # noqa: E402
from atrio.onboarding.actions import start_application, submit_step  # noqa: E402
from atrio.outside.invented import invented_numbers  # noqa: E402

LOOK_EVERY = 0.05
STEPS = ("enter_tax_id", "confirm_company", "give_contact", "prove_email", "check_and_submit")
COMPANY = {
    "company.legal_name": "Ventorim Instalações Ltda",
    "company.address.postal_code": "01310-100",
    "company.address.street": "Rua das Bromélias",
    "company.address.number": "12",
    "company.address.district": "Centro",
    "company.address.city": "São Paulo",
    "company.address.region": "SP",
}
_OPEN = """
    select id, current_step, finished_at, waiting_on = 'associate', submitted_at
    from onboarding_application where id = any(%s)
"""
_MOMENTS = {"served": 1, "settled": 2, "sent": 3}
_CODE = "select text from notices_message where application_id = %s and notice = 'code'"


class Applicant:
    """One company, from its first page to its open shop."""

    def __init__(self, number: str) -> None:
        self.number = number
        now = timezone.now()
        application = start_application(
            journey="company_br", language="en", visit=uuid4(), first_page_at=now, now=now
        )
        self.actor = Actor(kind="applicant", id=str(application.pk), application=application.pk)
        self.answer("enter_tax_id")

    @property
    def id(self) -> UUID:
        assert self.actor.application is not None
        return self.actor.application

    def answer(self, step: str, code: str = "") -> None:
        """Answer a step as one who makes no mistakes."""
        said: dict[str, str | list[str]] = {
            "enter_tax_id": {"company.tax_id": self.number},
            "confirm_company": COMPANY,
            "give_contact": {
                "contact.name": "Alice Prado",
                "contact.role": "buyer",
                "contact.email": f"alice{self.number}@ventorim.example",
                "contact.phone": "+55 11 91234-5678",
            },
            "prove_email": {"proof.code": code},
            "check_and_submit": {"consent.terms": "yes"},
        }[step]
        with acting_as(self.actor):
            _application, answers = submit_step(
                by=self.actor, step=step, submitted=said, now=timezone.now()
            )
        assert answers.ok, answers.errors


def play(count: int, at_once: int, first: int, until: str = "served") -> None:
    """Bring `count` companies in, at most `at_once` at a time, from the `first`-th number on.

    Each is watched `until` it is served, settled or sent: see `House.applicants`.
    """
    numbers = islice(invented_numbers(start=first), count)
    with psycopg.connect(os.environ["BENCH_ADMINISTRATOR"], autocommit=True) as outside:
        under_way = {a.id: a for a in _some(numbers, at_once)}
        while under_way:
            looked_at = time.monotonic()
            for pk, step, *came_to in outside.execute(_OPEN, [list(under_way)]).fetchall():
                if any(came_to[: _MOMENTS[until]]):
                    del under_way[pk]
                    under_way |= {a.id: a for a in _some(numbers, 1)}
                elif step == "confirm_company":
                    _go_on(under_way[pk], outside)
            time.sleep(max(0.0, looked_at + LOOK_EVERY - time.monotonic()))


def _some(numbers: Iterator[str], how_many: int) -> list[Applicant]:
    return [Applicant(number) for number in islice(numbers, how_many)]


def _go_on(applicant: Applicant, outside: psycopg.Connection) -> None:
    applicant.answer("confirm_company")
    applicant.answer("give_contact")
    row = outside.execute(_CODE, [applicant.id]).fetchone()
    found = re.search(r"\b\d{6}\b", row[0]) if row else None
    assert found
    applicant.answer("prove_email", found[0])
    applicant.answer("check_and_submit")


if __name__ == "__main__":
    play(*map(int, sys.argv[1:4]), until=sys.argv[4])
