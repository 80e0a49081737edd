"""Withdraw an application, at the applicant's own word."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding.actions._ending import end_from_outside
from atrio.onboarding.case import open_case
from atrio.onboarding.models import Application

LONGEST_REASON = 500


class NothingToWithdraw(Refused):
    """The application is over, or the shop is open: whoever has that is a customer."""


def may_be_withdrawn(application: Application) -> bool:
    """Say whether there is something to withdraw: not from a customer, nor from what is over."""
    return application.status == Application.Status.OPEN and application.account_id is None


@transaction.atomic
def withdraw_application(*, by: Actor, reason: str = "", now: datetime) -> Application:
    """End the application, whoever has the turn; withdrawn again, nothing changes.

    What is under way at an outside system is not waited for: its answer opens nothing any more.
    Raises NotFound, NothingToWithdraw.
    """
    if by.application is None:
        raise NotFound(_("There is no such application."))
    case = open_case(by=by, application_id=by.application, now=now)
    application = case.application
    if application.status == Application.Status.WITHDRAWN:
        return application
    if application.account_id is not None:
        raise NothingToWithdraw(_("Your shop is open already: there is nothing to withdraw."))
    if application.finished_at is not None:
        raise NothingToWithdraw(_("This application is over: there is nothing to withdraw."))
    said = reason.replace("\0", "").strip()[:LONGEST_REASON]
    end_from_outside(case, Application.Status.WITHDRAWN, reason=said)
    return application
