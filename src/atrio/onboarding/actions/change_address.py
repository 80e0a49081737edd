"""Give an address that takes our letters, after the application was sent."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding.actions._ending import see_that_it_goes_on
from atrio.onboarding.actions._letters import ADDRESS, as_address
from atrio.onboarding.actions._proof import is_code_sent_to, send_code_to
from atrio.onboarding.case import Case, NewFact, open_case
from atrio.onboarding.models import Application, Fact


class AddressStands(Refused):
    """The address takes our letters, or somebody has decided on the strength of it."""


class AddressWrong(Refused):
    """What was typed is no address, or the one from which letters come back."""


def may_change_address(application: Application) -> bool:
    """Say whether the application was sent and its address takes no letters."""
    return bool(application.returned_from and application.submitted_at) and not (
        application.finished_at or application.account_id
    )


@transaction.atomic
def offer_address(*, by: Actor, email: str, now: datetime) -> str:
    """Send a code to a new address; return it.

    Raises NotFound, AddressStands, AddressWrong, CodeTooSoon, ApplicationOver.
    """
    case = _open(by, now)
    typed = as_address(email)
    if not typed:
        raise AddressWrong(_("This is not an email address. Write it as in name@company.com."))
    if typed == case.application.returned_from:
        raise AddressWrong(_("From this address our letters come back. Give us another one."))
    send_code_to(case, typed)
    case.save()
    return typed


@transaction.atomic
def take_address(*, by: Actor, email: str, code: str, now: datetime) -> Application | None:
    """Take the new address over if the code is the one sent there; None if it is not.

    Raises NotFound, AddressStands, ApplicationOver.
    """
    case = _open(by, now)
    if not is_code_sent_to(case, email, code):
        return None
    before = case.application.returned_from
    case.add_facts(
        [NewFact(ADDRESS, email, Fact.Origin.CUSTOMER, Fact.Status.VERIFIED, "email code")],
        step=None,
    )
    case.application.returned_from = ""
    case.tell("address.changed", step=case.application.current_step, before=before)
    case.save()
    return case.application


def _open(by: Actor, now: datetime) -> Case:
    if by.application is None:
        raise NotFound(_("There is no such application."))
    case = open_case(by=by, application_id=by.application, now=now)
    see_that_it_goes_on(case.application)
    # Whether they may come to an existing account is decided by the address they have proved.
    if not may_change_address(case.application) or case.facts.get("known.company"):
        raise AddressStands(_("This address cannot be changed here. Please write to us."))
    return case
