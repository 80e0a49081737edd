"""How the desk speaks: states with their icon, times and spans in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MINUTE, HOUR, DAY = 60, 3600, 86_400

Text: TypeAlias = "str | _StrPromise"


@dataclass(frozen=True, slots=True)
class Status:
    """A state by word and icon; `tone` is the colour, which only helps."""

    tone: str  # good, warn, bad, info, accent or ""
    icon: str
    text: Text


@dataclass(frozen=True, slots=True)
class Due:
    """How much of a promise is left."""

    tone: str
    text: str
    at: datetime


TURNS: Mapping[str, Text] = {
    "customer": gettext_lazy("Customer"),
    "admin": gettext_lazy("Account's admin"),
    "associate": gettext_lazy("Our team"),
    "outside": gettext_lazy("Other system"),
    "nobody": gettext_lazy("Nobody"),
}
_OPEN: Mapping[str, Status] = {
    "customer": Status("", "user", gettext_lazy("with the customer")),
    "admin": Status("", "users", gettext_lazy("with the account's admin")),
    "associate": Status("warn", "hourglass", gettext_lazy("needs a person")),
    "outside": Status("info", "loader-2", gettext_lazy("runs")),
    "nobody": Status("info", "loader-2", gettext_lazy("runs")),
}
_OVER: Mapping[str, Status] = {
    "done": Status("good", "circle-check", gettext_lazy("customer")),
    "declined": Status("", "circle-x", gettext_lazy("declined")),
    "withdrawn": Status("", "x", gettext_lazy("withdrawn")),
    "expired": Status("", "clock", gettext_lazy("expired")),
}
CALLS: Mapping[str, Status] = {
    "queued": Status("info", "clock", gettext_lazy("waits for its turn")),
    "running": Status("info", "loader-2", pgettext_lazy("a call", "runs")),
    "no_answer": Status("warn", "help-circle", gettext_lazy("sent, no answer")),
    "done": Status("good", "circle-check", gettext_lazy("done")),
    "failed": Status("bad", "circle-x", gettext_lazy("failed")),
    "cancelled": Status("", "x", gettext_lazy("no longer needed")),
}
FINDINGS: Mapping[str, Status] = {
    "pass": Status("good", "circle-check", gettext_lazy("passed")),
    "fail": Status("bad", "circle-x", gettext_lazy("not passed")),
    "unknown": Status("warn", "help-circle", gettext_lazy("unknown")),
}
QUESTIONS: Mapping[str, Text] = {
    "company.exists": gettext_lazy("Does the company exist?"),
    "nothing_left_behind": gettext_lazy("Is nothing left there of an application that is over?"),
    "company.is_active": gettext_lazy("Is the company active?"),
}
DECISIONS: Mapping[str, Status] = {
    "APPROVE": Status("good", "circle-check", gettext_lazy("approved")),
    "REFER": Status("warn", "user-check", gettext_lazy("a person decides")),
    "DECLINE": Status("bad", "circle-x", gettext_lazy("declined")),
    "PROVED": Status("good", "shield-check", gettext_lazy("control proved")),
    "ADMIN": Status("warn", "users", gettext_lazy("the account's admin decides")),
    "STAFF": Status("warn", "user-check", gettext_lazy("a person proves it")),
}
MESSAGES: Mapping[str, Status] = {
    "queued": Status("info", "clock", gettext_lazy("on its way")),
    "sending": Status("info", "send", gettext_lazy("is being sent")),
    "sent": Status("good", "check", gettext_lazy("sent")),
    "delivered": Status("good", "circle-check", gettext_lazy("arrived")),
    "bounced": Status("bad", "repeat", gettext_lazy("came back")),
    "failed": Status("bad", "alert-triangle", gettext_lazy("not delivered")),
}
OUTCOMES: Mapping[str, Text] = {
    "ok": gettext_lazy("answered"),
    "busy": gettext_lazy("to be tried again"),
    "no_answer": gettext_lazy("sent, no answer"),
    "failed": gettext_lazy("refused"),
}
ROLES: Mapping[str, Text] = {
    "associate": gettext_lazy("associate"),
    "manager": gettext_lazy("sales manager"),
    "process_owner": gettext_lazy("process owner"),
    "regional_admin": gettext_lazy("regional administrator"),
    "admin": gettext_lazy("administrator"),
}
# How one of ours heard what they typed for a customer.
CHANNELS: Mapping[str, Text] = {
    "counter": gettext_lazy("at the counter"),
    "telephone": gettext_lazy("by telephone"),
}
# How a customer's word came in at all: by one of ours, or by a program with a key.
WAYS_IN: Mapping[str, Text] = {**CHANNELS, "api": gettext_lazy("by a program")}
# How one of ours heard that a customer withdraws.
HEARD: Mapping[str, Text] = {
    "telephone": gettext_lazy("by telephone"),
    "counter": gettext_lazy("at the counter"),
    "letter": gettext_lazy("by letter"),
    "email": gettext_lazy("by email"),
}
ORIGINS: Mapping[str, Text] = {
    "customer": gettext_lazy("customer"),
    "register": gettext_lazy("register"),
    "erp": gettext_lazy("ERP"),
    "crm": gettext_lazy("CRM"),
    "admin": gettext_lazy("account's admin"),
    "staff": gettext_lazy("our team"),
    "table": gettext_lazy("decision table"),
    "system": gettext_lazy("Atrio"),
}

_ACTORS: Mapping[str, Text] = {
    "applicant": gettext_lazy("applicant"),
    "delegate": gettext_lazy("somebody else at the customer’s"),
    "member": gettext_lazy("customer"),
    "staff": gettext_lazy("our team"),
    "system": gettext_lazy("Atrio"),
}


def status_of(status: str, waiting_on: str) -> Status:
    """Return the state of an application."""
    return _OVER.get(status) or _OPEN[waiting_on]


def who(name: str) -> str:
    """Return who did something: a name as it is, a kind of actor in words."""
    return str(_ACTORS.get(name, name))


def span(seconds: float) -> str:
    """Return a length of time in the two largest units that matter: "4 min 10 s", "2 d 4 h"."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        # A call of 0.3 seconds is not one of 0.
        exact = number_format(seconds, 1) if 0 < seconds < 10 else str(whole)
        return _("%(seconds)s s") % {"seconds": exact}
    if whole < HOUR:
        return _("%(minutes)s min %(seconds)s s") % {
            "minutes": whole // MINUTE,
            "seconds": whole % MINUTE,
        }
    if whole < DAY:
        return _("%(hours)s h %(minutes)s min") % {
            "hours": whole // HOUR,
            "minutes": whole % HOUR // MINUTE,
        }
    return _("%(days)s d %(hours)s h") % {"days": whole // DAY, "hours": whole % DAY // HOUR}


def due(*, promised_at: datetime, now: datetime) -> Due:
    """Return how much of a promise is left, or by how much it is broken, to the minute."""
    left = (promised_at - now).total_seconds()
    if left < 0:
        return Due("bad", _("%(time)s late") % {"time": minutes(-left)}, promised_at)
    tone = "warn" if left < MINUTE else "good"
    return Due(tone, _("%(time)s left") % {"time": minutes(left)}, promised_at)


def ago(at: datetime, *, now: datetime) -> str:
    """Return when something was: in words today, as a date when it is long ago."""
    seconds = (now - at).total_seconds()
    if seconds < MINUTE:
        return _("just now")
    if seconds < 7 * DAY:
        return _("%(time)s ago") % {"time": minutes(seconds)}
    return date_format(localtime(at), "SHORT_DATE_FORMAT")


def minutes(seconds: float) -> str:
    """Return a length of time to the minute: for what goes on while one looks."""
    if seconds < MINUTE:
        return _("< 1 min")
    if seconds < HOUR:
        return _("%(minutes)s min") % {"minutes": int(seconds // MINUTE)}
    return span(seconds)
