"""parties.ask_admins: those who look after an account are asked whether to let a colleague in.

In the background, for the applicant may see nothing of it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from atrio.identity.models import User
from atrio.kernel.actors import SYSTEM
from atrio.notices.actions import Draft, send_message
from atrio.onboarding.calls import Answer, NotWanted, Question, call
from atrio.onboarding.case import Case, open_case
from atrio.onboarding.models import AccessRequest
from atrio.onboarding.tokens import access_token_for
from atrio.parties.queries import admins_of
from atrio.seller.queries import address_of

_BY_LETTER = "/cabinet/requests/by-letter/{}/"


@call("parties.ask_admins")
@transaction.atomic
def ask_admins(question: Question) -> Answer:
    """Put the request before every admin of the account; asked again, nobody is written twice."""
    now, account_id = question.now, UUID(str(question.facts["known.account"]))
    case = open_case(by=SYSTEM, application_id=question.application_id, now=now)
    if case.run.finished:
        raise NotWanted
    facts = case.facts
    request, is_new = AccessRequest.objects.get_or_create(
        application=case.application,
        status=AccessRequest.Status.OPEN,
        defaults={
            "account_id": account_id,
            "company": case.application.title,
            "name": str(facts.get("contact.name") or ""),
            "email": str(facts.get("contact.email") or ""),
            "phone": str(facts.get("contact.phone") or ""),
            "asked_at": now,
        },
    )
    for admin in admins_of(account_id) if is_new else ():
        _write_to(admin, case, request, now)
    return Answer()


def _write_to(admin: User, case: Case, request: AccessRequest, now: datetime) -> None:
    house = address_of(case.application.business_unit)
    notice = case.journey.notice(
        "access_asked",
        admin.language,
        case.tree,
        link=f"{house}{_BY_LETTER.format(access_token_for(request.pk, admin.pk))}",
    )
    send_message(
        Draft(
            key=f"access:{request.pk}:{admin.pk}",
            notice="access_asked",
            to=admin.email,
            language=admin.language,
            subject=notice.subject,
            text=notice.text,
            html=notice.html,
            account_id=request.account_id,
            business_unit=case.application.business_unit,
        ),
        now=now,
    )
