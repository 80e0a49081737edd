"""shop.open_access: the applicant gets a login and the first seat, and with that the shop."""

from __future__ import annotations

from django.db import transaction

from atrio.identity.actions import ensure_user
from atrio.onboarding.calls import Answer, Question, call
from atrio.onboarding.calls.create_customer import account_id_for
from atrio.parties.actions import give_seat


@call("shop.open_access")
@transaction.atomic
def open_access(question: Question) -> Answer:
    """Make the applicant the admin of their account; asked again, nothing changes."""
    user = ensure_user(
        email=str(question.facts["contact.email"]),
        name=str(question.facts.get("contact.name") or ""),
        language=question.language,
    )
    account_id = account_id_for(question.application_id)
    give_seat(account_id=account_id, user_id=user.pk, role="admin", now=question.now)
    return Answer(account_id=account_id)
