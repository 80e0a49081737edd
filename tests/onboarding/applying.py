"""Applicants within a test's own transaction: what the database believes ends with each act."""

from __future__ import annotations

from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Call
from atrio.outside.connections import open_erp
from tests.assertions.applicants import STEPS
from tests.assertions.applicants import Applicant as AnyApplicant
from tests.parties.customers import be_nobody


class Applicant(AnyApplicant):
    """Somebody who applies, and gives back the applicant's role after everything they do."""

    def __init__(self, *, number=None):
        super().__init__(number=number)
        be_nobody()

    def answer(self, step, **changed):
        """Answer a step, by default with what is right."""
        try:
            return super().answer(step, **changed)
        finally:
            be_nobody()

    def send(self):
        """Fill everything in and send it, before the background has done anything about it."""
        self.go_to(STEPS[-1]).answer(STEPS[-1])
        return self

    def sent(self):
        """Send it, and let the background come to where somebody has the turn."""
        self.send()
        run_pending()
        return self

    def call(self, name="erp.create_customer"):
        """Return the latest call of a name."""
        return Call.objects.filter(application=self.pk, name=name).latest("id")

    @property
    def erp_numbers(self):
        """The numbers of the customers that the ERP has made for this application."""
        reference = self.application.reference
        return [c.number for c in open_erp("erp-br").customers() if c.reference == reference]
