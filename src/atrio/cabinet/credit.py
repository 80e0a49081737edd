"""The credit line: what the account may owe, how its request stands, and to withdraw that."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from atrio.cabinet.access import MemberRequest, for_members
from atrio.cabinet.frame import show
from atrio.cabinet.words import money
from atrio.kernel.errors import NotAllowed
from atrio.onboarding.actions import ask_to_withdraw_credit
from atrio.onboarding.actions.withdraw_credit import MAY_BE_WITHDRAWN, NoCreditRequest
from atrio.onboarding.credit_requests import latest_wish
from atrio.parties.queries import is_admin_of
from atrio.trade.queries import credit_line_of

if TYPE_CHECKING:
    from atrio.trade.models import CreditLine

_WAITING = MAY_BE_WITHDRAWN | {"granted"}


def credit_line(request: MemberRequest) -> dict[str, Any] | None:
    """Return the credit line of the account as its part shows it; None where there is none."""
    found = credit_line_of(request.actor, request.seat.account.pk)
    if found is None:
        return None
    facts, standing = _line(found), _request(found, now=timezone.now())
    if standing and found.request in _WAITING:
        standing |= _withdrawal(request, found)
    return {"facts": facts, "request": standing} if facts or standing else None


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def withdraw(request: MemberRequest) -> HttpResponse:
    """Ask an admin whether they mean it; posted to, let the background take the request back."""
    account_id = request.seat.account.pk
    if request.method == "POST":
        try:
            ask_to_withdraw_credit(by=request.actor, account_id=account_id, now=timezone.now())
        except NoCreditRequest as refused:
            messages.info(request, str(refused))
        else:
            messages.info(request, _("We take the request back, unless it has just been decided."))
        return redirect("cabinet:home")
    if not is_admin_of(request.actor, account_id):
        raise NotAllowed(_("Only admins of the account withdraw its requests."))
    found = credit_line_of(request.actor, account_id)
    if found is None or found.request not in MAY_BE_WITHDRAWN:
        return redirect("cabinet:home")
    return show(request, "cabinet/withdraw_credit.html", {}, here="home")


def _withdrawal(request: MemberRequest, found: CreditLine) -> dict[str, Any]:
    """Return where an admin takes the request back, or what became of that."""
    wish = latest_wish(request.actor, found.account_id)
    if wish is not None and wish.status == wish.Status.OPEN:
        return {"icon": "hourglass", "text": _("We are taking your request back.")}
    if wish is not None and found.asked_at and wish.asked_at >= found.asked_at:
        return {"advice": _("We could not take it back any more: it had been decided. Tell us.")}
    if found.request in MAY_BE_WITHDRAWN and is_admin_of(request.actor, found.account_id):
        return {"withdraw": reverse("cabinet:withdraw-credit")}
    return {}


def _line(found: CreditLine) -> list[dict[str, str]]:
    if found.limit is None or found.set_at is None:
        return []
    said = [
        (_("You may owe up to"), money(found.limit, found.currency), _("ERP")),
        (_("Payment term"), found.payment_term, _("ERP")),
        (_("Since"), _day(found.set_at), ""),
    ]
    return [
        {"label": label, "value": value, "source": source} for label, value, source in said if value
    ]


def _request(found: CreditLine, *, now: datetime) -> dict[str, Any] | None:
    """Return how the request stands, and whether we refuse: then one may object."""
    if found.request == "asked":
        return _open(found, now=now)
    if found.request == "paused":
        return {
            "icon": "clock-pause",
            "text": _(
                "We are waiting for you: our latest letter says what is missing."
                " As soon as we have it, we go on."
            ),
        }
    if found.request == "granted":
        return {
            "icon": "circle-check",
            "text": _("Your credit line is granted. We are entering it in the ERP."),
        }
    if found.request == "denied":
        return {
            "icon": "info-circle",
            "text": _("We cannot raise your credit line at the moment.")
            if found.limit
            else _("We cannot give you a credit line at the moment. You pay at once."),
            "reason": found.reason,
            "may_object": True,
        }
    return None


def _open(found: CreditLine, *, now: datetime) -> dict[str, Any]:
    if found.decide_by and found.decide_by < now:
        text = _("It takes longer than we promised, and we are sorry. You need do nothing.")
    elif found.decide_by:
        text = _("You have asked for a credit line: we decide by %(day)s. You need do nothing.")
    else:
        text = _("You have asked for a credit line. You need do nothing.")
    day = _day(found.decide_by) if found.decide_by else ""
    return {"icon": "hourglass", "text": text % {"day": day} if day else text}


def _day(at: datetime) -> str:
    return date_format(localtime(at), "DATE_FORMAT")
