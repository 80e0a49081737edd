"""Letters to an applicant: in the words of their journey, at the address they gave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from atrio.engine.forms import nested
from atrio.journeys.journey import Journey
from atrio.notices.actions import Draft, send_message
from atrio.onboarding.actions._proof import is_proved
from atrio.onboarding.case import Case
from atrio.onboarding.models import Application
from atrio.onboarding.tokens import token_for
from atrio.seller.queries import address_of

ADDRESS = "contact.email"
LONGEST_ADDRESS = 254


def as_address(typed: str) -> str:
    """Return an email address as somebody typed it, its domain in small; "" if it is none."""
    name, _at, host = typed.strip().rpartition("@")
    address = f"{name}@{host.lower()}"
    if len(address) > LONGEST_ADDRESS:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address


def write_to_applicant(case: Case, notice: str, *, occasion: str, **lent: str) -> bool:
    """Write to the applicant, once for an occasion; False if there is no address yet."""
    if not case.facts.get(ADDRESS):
        return False
    write_letter(
        case.application,
        case.journey,
        case.facts,
        notice=notice,
        occasion=occasion,
        now=case.now,
        can_wait=False,
        **lent,
    )
    return True


def write_letter(
    application: Application,
    journey: Journey,
    facts: Mapping[str, Any],
    *,
    notice: str,
    occasion: str,
    now: datetime,
    can_wait: bool = False,
    **lent: str,
) -> bool:
    """Write to the address among the facts, once for an occasion, with what is `lent`.

    Say whether it is the first letter of its occasion: others are not sent.
    """
    words = journey.notice(
        notice,
        application.language,
        nested(facts, onto=journey.policy_facts),
        unit=application.business_unit,
        reference=application.reference,
        **{"link": f"{address_of(application.business_unit)}/apply/{token_for(application.pk)}/"}
        | lent,
    )
    return send_message(
        Draft(
            key=f"{application.pk}:{notice}:{occasion}",
            notice=notice,
            to=str(facts[ADDRESS]),
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
        now=now,
    )


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
