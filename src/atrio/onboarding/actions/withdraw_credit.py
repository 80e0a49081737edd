"""Withdraw a request for a credit line beside the open shop: the applicant, or an admin."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.errors import NotAllowed, NotFound
from atrio.kernel.queue import later
from atrio.onboarding.actions._credit import (
    CreditGranted,
    NoCreditRequest,
    is_credit_withdrawn,
    take_back_credit,
)
from atrio.onboarding.case import open_case
from atrio.onboarding.models import Application, CreditWithdrawal, Promise
from atrio.onboarding.promises.credit import CREDIT_LINE, tell_of_credit
from atrio.parties.queries import is_admin_of
from atrio.trade.models import CreditLine
from atrio.trade.queries import credit_line_of

__all__ = ["CreditGranted", "NoCreditRequest"]  # whoever asks gets these

# As far as an account knows of its request: until somebody has decided.
MAY_BE_WITHDRAWN = frozenset({CreditLine.Request.ASKED, CreditLine.Request.PAUSED})


@transaction.atomic
def withdraw_credit(*, by: Actor, now: datetime) -> Application:
    """Take the applicant's request back; withdrawn again, nothing changes.

    Raises NotFound, NoCreditRequest, CreditGranted.
    """
    if by.application is None:
        raise NotFound(_("There is no such application."))
    case = open_case(by=by, application_id=by.application, now=now)
    if not is_credit_withdrawn(case):
        take_back_credit(case)
    return case.application


@transaction.atomic
def ask_to_withdraw_credit(*, by: Actor, account_id: UUID, now: datetime) -> CreditWithdrawal:
    """Take the word of an account's admin, once; the background brings it to the application.

    Raises NotFound, NotAllowed, NoCreditRequest.
    """
    if by.kind != "member" or account_id not in by.accounts:
        raise NotFound(_("There is no such account."))
    if not is_admin_of(by, account_id):
        raise NotAllowed(_("Only admins of the account withdraw its requests."))
    found = credit_line_of(by, account_id)
    if found is None or found.request not in MAY_BE_WITHDRAWN:
        raise NoCreditRequest(_("There is no request for a credit line to withdraw."))
    wish, is_new = CreditWithdrawal.objects.get_or_create(
        account_id=account_id,
        status=CreditWithdrawal.Status.OPEN,
        defaults={"asked_at": now, "asked_by_id": UUID(by.id), "asked_by_label": by.label[:120]},
    )
    if is_new:
        later("onboarding.take_credit_withdrawal", withdrawal_id=wish.pk)
    return wish


@transaction.atomic
def take_credit_withdrawal(*, withdrawal_id: UUID, now: datetime) -> None:
    """Take back every request of the account that nobody has decided, in the admin's name."""
    wish = CreditWithdrawal.objects.select_for_update().get(pk=withdrawal_id)
    if wish.status != CreditWithdrawal.Status.OPEN:
        return
    waiting = Promise.objects.filter(
        application__account_id=wish.account_id, name=CREDIT_LINE, ended_at=None
    )
    by = Actor(
        kind="member",
        id=str(wish.asked_by_id),
        label=wish.asked_by_label,
        accounts=frozenset({wish.account_id}),
    )
    taken = [
        _take(application_id, by=by, now=now)
        for application_id in waiting.order_by("pk").values_list("application_id", flat=True)
    ]
    wish.status = CreditWithdrawal.Status.TAKEN if any(taken) else CreditWithdrawal.Status.TOO_LATE
    wish.ended_at = now
    wish.save(update_fields=["status", "ended_at"])


def _take(application_id: UUID, *, by: Actor, now: datetime) -> bool:
    case = open_case(by=SYSTEM, application_id=application_id, now=now)
    case.by = by
    try:
        take_back_credit(case)
    except (NoCreditRequest, CreditGranted):
        case.tell("credit.withdrawn_too_late")
        case.save()
        tell_of_credit(application_id)
        return False
    return True
