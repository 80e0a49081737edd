"""shop.open_access: the applicant gets a login and the first seat, and with that the shop."""

from __future__ import annotations

from django.db import transaction

from atrio.identity.actions import ensure_user
from atrio.onboarding.calls import Answer, Question, call, see_that_it_is_wanted
from atrio.onboarding.calls._customer import account_of
from atrio.parties.actions import give_seat
from atrio.parties.queries import admins_of


@call("shop.open_access", at_once=True)
@transaction.atomic
def open_access(question: Question) -> Answer:
    """Give the applicant their seat: the first one is the account's admin, all others buy.

    Asked again, nothing changes: who has a seat keeps it.
    """
    see_that_it_is_wanted(question)
    user = ensure_user(
        email=str(question.facts["contact.email"]),
        name=str(question.facts.get("contact.name") or ""),
        language=question.language,
    )
    account_id = account_of(question)
    role = "buyer" if admins_of(account_id) else "admin"
    give_seat(account_id=account_id, user_id=user.pk, role=role, now=question.now)
    return Answer(account_id=account_id)
