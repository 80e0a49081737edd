"""Letters about delegated steps, and how many of them there may be: they go to strangers."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from atrio.journeys.journey import Journey
from atrio.kernel.errors import Refused
from atrio.notices.actions import Draft, send_message
from atrio.onboarding.actions._letters import is_theirs, write_to_applicant
from atrio.onboarding.case import Case
from atrio.onboarding.models import Application, Delegation
from atrio.onboarding.rules import without_links
from atrio.onboarding.tokens import delegate_token_for
from atrio.seller.queries import address_of, business_unit

ASKED_AGAIN, ANSWERED, DECLINED = "step_asked_again", "step_answered", "step_declined"
A_DAY = timedelta(days=1)
# A day, of one application. Whoever has not shown yet that they read their own mail gets few.
MOST_LETTERS, MOST_UNPROVED = 10, 3
MOST_TO_ADDRESS = 5  # a day, whoever asks: a mailbox is nobody's to flood


class EnoughAsked(Refused):
    """As many letters went to other people as may in a day."""


# Over other people's applications as well: the function counts past their rows' security, and
# tells no more than this.
_SENT = "select of_application, to_address from onboarding_delegations_sent(%s, %s, %s)"


def see_that_there_may_be_a_letter(case: Case, email: str) -> None:
    """Return if one more letter may go to an address. Raises EnoughAsked."""
    with connection.cursor() as cursor:
        cursor.execute(_SENT, [case.application.pk, email, case.now - A_DAY])
        of_application, to_address = cursor.fetchone()
    most = MOST_LETTERS if is_theirs(case) else MOST_UNPROVED
    if of_application >= most or to_address >= MOST_TO_ADDRESS:
        raise EnoughAsked(
            _("We have written to other people several times today. Please try again tomorrow.")
        )


def write_letter_to_delegate(
    application: Application,
    journey: Journey,
    delegation: Delegation,
    *,
    notice: str,
    occasion: str,
    customer: str,
    now: datetime,
) -> None:
    """Write to a delegate, once for an occasion, in the application's language.

    Nothing in it is free for whoever asks to write but two names, and neither becomes a link: a
    letter of ours to a stranger must carry nobody's advertisement. Their note stands on the page.
    """
    step = journey.step_text(delegation.step.element, application.language)
    house = address_of(application.business_unit)
    zone = ZoneInfo(business_unit(application.business_unit).time_zone)
    with translation.override(application.language):
        day = date_format(localtime(delegation.valid_until, zone), "DATE_FORMAT")
    words = journey.notice(
        notice,
        application.language,
        {},
        unit=application.business_unit,
        link=f"{house}/asked/{delegate_token_for(application.pk, delegation.pk)}/",
        customer=without_links(customer),
        colleague=without_links(delegation.name),
        who=without_links(delegation.asked_by_label),
        step=step.name if step else delegation.step.element,
        day=day,
    )
    send_message(
        Draft(
            key=f"{delegation.pk}:{notice}:{occasion}",
            notice=notice,
            to=delegation.email,
            language=application.language,
            subject=words.subject,
            text=words.text,
            html=words.html,
            application_id=application.pk,
            business_unit=application.business_unit,
        ),
        now=now,
    )


def write_of_the_delegate(case: Case, delegation: Delegation, notice: str) -> None:
    """Tell the applicant what a delegate did, where letters reach them and there are words."""
    if notice not in case.journey.notices or not is_theirs(case):
        return
    step = case.journey.step_text(delegation.step.element, case.application.language)
    write_to_applicant(
        case,
        notice,
        occasion=str(delegation.pk),
        colleague=without_links(delegation.name),
        step=step.name if step else delegation.step.element,
    )
