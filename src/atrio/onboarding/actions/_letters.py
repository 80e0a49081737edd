"""Letters to an applicant: in the words of their journey, at the address they gave."""

from __future__ import annotations

from django.conf import settings

from atrio.notices.actions import Draft, send_message
from atrio.onboarding.actions._proof import is_proved
from atrio.onboarding.case import Case
from atrio.onboarding.tokens import token_for

ADDRESS = "contact.email"


def write_to_applicant(
    case: Case, notice: str, *, occasion: str, can_wait: bool = False, **lent: str
) -> bool:
    """Write to the applicant, once for an occasion; False if there is no address yet."""
    facts, application = case.facts, case.application
    reader = str(facts.get(ADDRESS, ""))
    if not reader:
        return False
    words = case.journey.notice(
        notice,
        application.language,
        case.tree,
        unit=application.business_unit,
        reference=application.reference,
        link=f"{settings.PUBLIC_URL}/apply/{token_for(application.pk)}/",
        **lent,
    )
    send_message(
        Draft(
            key=f"{application.pk}:{notice}:{occasion}",
            notice=notice,
            to=reader,
            language=application.language,
            subject=words.subject,
            text=words.text,
            html=words.html,
            sms=words.sms,
            to_phone=str(facts.get("contact.phone") or ""),
            preferred=str(facts.get("contact.channel") or "email"),
            can_wait=can_wait,
            application_id=application.pk,
            business_unit=application.business_unit,
        ),
        now=case.now,
    )
    return True


def is_theirs(case: Case) -> bool:
    """Say whether the address is the applicant's, as far as their journey wants to know.

    A letter with a link lets its reader in. Where a code proves addresses, nobody gets one who
    was only named.
    """
    if not case.facts.get(ADDRESS):
        return False
    if not any("proof" in element.attributes for element in case.journey.elements("user")):
        return case.application.submitted_at is not None
    return is_proved(case, field=ADDRESS)
