"""Send the link to an application, to whoever has proved that the address is theirs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.kernel.queue import later
from atrio.onboarding.actions._letters import ADDRESS, as_address, is_theirs, write_to_applicant
from atrio.onboarding.case import Case, open_case, where_of
from atrio.onboarding.models import Application, EmailProof, LinkRequest
from atrio.timeline.actions import record

NOTICE = "resume"
PAUSE = timedelta(minutes=1)
A_DAY = timedelta(days=1)
MOST_A_DAY = 5  # of one's own application
AN_HOUR = timedelta(hours=1)
MOST_FOR_AN_ADDRESS = 3  # in an hour, whoever asks
MOST_FROM_A_BROWSER = 10  # in an hour, for whatever address
MOST_APPLICATIONS = 3  # in one go, the newest


class LinkTooSoon(Refused):
    """A link has just been sent, or enough of them today."""


class AddressNotProved(Refused):
    """No code has come back from the address yet."""


class NoWordsForIt(Refused):
    """The journey's release is older than such letters."""


class NotAnAddress(Refused):
    """What was typed is no email address."""


@transaction.atomic
def send_link(*, by: Actor, now: datetime) -> str:
    """Send an applicant the link to their own application; return the address.

    Raises NotFound, AddressNotProved, NoWordsForIt, LinkTooSoon.
    """
    if by.application is None:
        raise NotFound(_("There is no such application."))
    case = open_case(by=by, application_id=by.application, now=now)
    if not is_theirs(case):
        raise AddressNotProved(_("Please confirm your email address first: the link goes there."))
    if NOTICE not in case.journey.notices:
        raise NoWordsForIt(_("Please keep the address of this page: it brings you back."))
    sent = LinkRequest.objects.filter(application=case.application, at__gt=now - A_DAY)
    moments = list(sent.values_list("at", flat=True))
    if any(now - at < PAUSE for at in moments):
        raise LinkTooSoon(_("We have just sent the link. It may take a minute to arrive."))
    if len(moments) >= MOST_A_DAY:
        raise LinkTooSoon(_("We have sent the link several times today. Please look for it there."))
    asked = LinkRequest.objects.create(
        application=case.application, at=now, answered_at=now, letters=1
    )
    _send(case, asked)
    return str(case.facts[ADDRESS])


@transaction.atomic
def ask_for_links(*, email: str, visit: UUID, now: datetime) -> None:
    """Take somebody's word that they have begun before, and look for it in the background.

    Whatever there is or is not, this does the same, and takes as long. Raises NotAnAddress.
    """
    typed = as_address(email)
    if not typed:
        raise NotAnAddress(_("This is not an email address. Write it as in name@company.com."))
    asked = LinkRequest(email=typed.lower(), visit=visit, at=now)
    # The web role adds it and cannot read it back.
    asked.save(force_insert=True)
    later("onboarding.answer_link_request", request_id=asked.pk)


@transaction.atomic
def answer_link_request(*, request_id: UUID, now: datetime) -> None:
    """Write to the address about each open application it has proved, within the limits; once."""
    email, at = LinkRequest.objects.values_list("email", "at").get(pk=request_id)
    # All that was asked for the address lately, so that of two at once the second sees the first.
    lately = LinkRequest.objects.select_for_update().filter(email=email, at__gt=at - AN_HOUR)
    rows = {row.pk: row for row in lately.order_by("pk")}
    asked = rows.pop(request_id)
    if asked.answered_at is not None:
        return
    if not _is_too_much(asked, rows.values()):
        for application_id in _begun_with(email):
            case = open_case(by=SYSTEM, application_id=application_id, now=now)
            has_words = NOTICE in case.journey.notices  # a release of old may have none
            is_same = str(case.facts.get(ADDRESS, "")).lower() == email
            if has_words and is_same and is_theirs(case):
                _send(case, asked)
                asked.letters += 1
    asked.answered_at = now
    asked.save(update_fields=["answered_at", "letters"])


def _is_too_much(asked: LinkRequest, lately: Iterable[LinkRequest]) -> bool:
    letters = [row.at for row in lately if row.letters]
    if len(letters) >= MOST_FOR_AN_ADDRESS or any(abs(asked.at - at) < PAUSE for at in letters):
        return True
    of_browser = LinkRequest.objects.filter(visit=asked.visit, at__gt=asked.at - AN_HOUR)
    return of_browser.filter(at__lt=asked.at).count() >= MOST_FROM_A_BROWSER


def _begun_with(email: str) -> list[UUID]:
    proved = EmailProof.objects.annotate(lower=Lower("email")).filter(
        lower=email, proved_at__isnull=False
    )
    begun = Application.objects.filter(
        status=Application.Status.OPEN, pk__in=proved.values("application")
    )
    return list(begun.order_by("-id").values_list("pk", flat=True)[:MOST_APPLICATIONS])


def _send(case: Case, asked: LinkRequest) -> None:
    write_to_applicant(case, NOTICE, occasion=str(asked.pk))
    where = where_of(case.application, step=case.application.current_step)
    record(by=case.by, what="link.sent", where=where, now=case.now)


def forget_link_requests(*, before: datetime) -> int:
    """Forget who has asked; return how many."""
    return LinkRequest.objects.filter(at__lt=before).delete()[0]
