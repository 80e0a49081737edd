"""The credit line: what the account may owe, and how its request stands, in kind words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from atrio.cabinet.access import MemberRequest
from atrio.cabinet.words import money
from atrio.trade.queries import credit_line_of

if TYPE_CHECKING:
    from atrio.trade.models import CreditLine


def credit_line(request: MemberRequest) -> dict[str, Any] | None:
    """Return the credit line of the account as its part shows it; None where there is none."""
    found = credit_line_of(request.actor, request.seat.account.pk)
    if found is None:
        return None
    facts, standing = _line(found), _request(found, now=timezone.now())
    return {"facts": facts, "request": standing} if facts or standing else None


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
