"""Everybody whom a house may meet, and those in it who decide on them.

Nobody knows some of them; of others the ERP has heard, the CRM, or an admin of their company.
"""

from __future__ import annotations

from itertools import cycle

from django.utils import timezone

from atrio.onboarding.actions import decide_access, decide_step
from atrio.onboarding.models import AccessRequest
from atrio.outside.ports import CrmContactDraft, TaxId
from atrio.parties.models import Membership
from atrio.parties.queries import member_actor
from tests.assertions.applicants import STEPS, Applicant
from tests.assertions.dooms import BUSY, doom
from tests.onboarding.house import hire

LIMIT = 4000
_DECISIONS = {
    "decide_credit": {"credit.verdict": "grant", "credit.limit": str(LIMIT)},
    "verify_control": {
        "control.verdict": "approve",
        "control.how": "called_back",
        "control.note": "Known by telephone",
    },
}


class Newcomer(Applicant):
    """Somebody from a company that nobody knows, who would like to buy on credit."""

    def says(self, step):
        """Return the answers to a step."""
        wish = {"credit.wanted": "yes", "credit.amount": "5000"} if step == STEPS[-1] else {}
        return super().says(step) | wish


class Cast:
    """Makes applicants of every kind; `folder` is where dooms lie."""

    def __init__(self, house, *, erp, crm, folder):
        self.associate = hire(house, "bob@nordlicht.example", "associate")
        self.erp, self.crm, self._folder = erp, crm, folder
        self._customers = iter(())

    def let_them_be_known(self, customers):
        """Let who comes from a company that is a customer come from these."""
        self._customers = cycle(customers)

    def newcomer(self):
        """Return somebody whom nobody knows."""
        return Newcomer()

    def newcomer_at_a_busy_hour(self):
        """Return somebody for whom the ERP is too busy, once."""
        busy = Newcomer()
        doom(self._folder, busy.pk, "create_customer", "after-find_customer", BUSY)
        return busy

    def customer_of_old(self):
        """Return somebody whose company only the ERP knows, and as somebody else's."""
        old = Applicant()
        self.erp.create_by_hand(old.number)
        return old

    def contact_on_file(self):
        """Return somebody whose company is a customer, and whom the CRM has there."""
        contact = Applicant(number=next(self._customers).number)
        (company,) = self.crm.find_accounts(tax_id_of(contact))
        draft = CrmContactDraft(str(contact.pk), "Alice Prado", contact.email)
        person = self.crm.save_contact(draft, despite_duplicates=True)
        self.crm.save_link(account=company.id, contact=person.id)
        return contact

    def colleague(self):
        """Return somebody whose company is a customer, and whom only its admin may let in."""
        return Applicant(number=next(self._customers).number)

    def decide(self, application):
        """Take the decision that an application waits for, if it does."""
        if application.waiting_on == "admin":
            _let_in(application)
        elif application.current_step in _DECISIONS:
            _application, answers = decide_step(
                by=self.associate,
                application_id=application.pk,
                step=application.current_step,
                submitted=_DECISIONS[application.current_step],
                language="en",
                now=timezone.now(),
            )
            assert answers.ok, answers.errors


def _let_in(application):
    for request in AccessRequest.objects.filter(application=application, status="open"):
        admin = Membership.objects.filter(account=request.account_id, role="admin").first().user
        decide_access(
            by=member_actor(admin.pk, str(admin)),
            request_id=request.pk,
            is_approved=True,
            now=timezone.now(),
        )


def tax_id_of(applicant):
    return TaxId("BR", "br_cnpj", applicant.number)
