"""The timeline in words: what happened, who did it, when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from atrio.desk.promises import title
from atrio.desk.words import DECISIONS, HEARD, WAYS_IN, Text, ago, span, who
from atrio.journeys.journey import Journey

if TYPE_CHECKING:
    from atrio.timeline.models import Entry

# What happened → icon and words; `%(step)s` is the step's name.
_WORDS: Mapping[str, tuple[str, Text]] = {
    "application.started": ("flag", gettext_lazy("Application begun")),
    "application.done": ("circle-check", gettext_lazy("Became a customer")),
    "application.declined": ("circle-x", gettext_lazy("Application declined")),
    "application.withdrawn": ("x", gettext_lazy("Withdrawn by the customer")),
    "application.withdrawn:on_word": ("x", gettext_lazy("Withdrawn at the customer's word")),
    "credit.withdrawn": ("x", gettext_lazy("Request for a credit line withdrawn by the customer")),
    "credit.withdrawn:on_word": (
        "x",
        gettext_lazy("Request for a credit line withdrawn at the customer's word"),
    ),
    "credit.withdrawn_too_late": (
        "alert-triangle",
        gettext_lazy("The customer wanted to withdraw the request for a credit line: too late"),
    ),
    "application.expired": ("clock", gettext_lazy("Expired: nobody came back")),
    "application.unreachable": (
        "alert-triangle",
        gettext_lazy("Our letters to the customer come back"),
    ),
    "address.changed": ("mail", gettext_lazy("Another address given and proved")),
    "application.reminded": ("send", gettext_lazy("%(step)s: reminded of it")),
    "application.left_behind": (
        "alert-triangle",
        gettext_lazy("Something was left behind in another system"),
    ),
    "application.claimed": ("user-check", gettext_lazy("Taken in hand")),
    "application.given_back": ("user", gettext_lazy("Given back: anybody may take it")),
    "application.handed_over": ("users", gettext_lazy("Handed over")),
    "application.freed": ("users", gettext_lazy("%(step)s: a second person must look")),
    "application.reopened": ("refresh", gettext_lazy("Application looked at once more")),
    "step.opened": ("circle", gettext_lazy("%(step)s: asked")),
    "step.completed": ("check", gettext_lazy("%(step)s: done")),
    "step.failed": ("alert-triangle", gettext_lazy("%(step)s: failed")),
    "step.fired": ("clock", gettext_lazy("%(step)s: time is up")),
    "step.undone": ("repeat", gettext_lazy("%(step)s: taken back")),
    "step.refused": ("pencil", gettext_lazy("%(step)s: answers not accepted")),
    "step.rewound": ("arrow-left", gettext_lazy("%(step)s: gone back to")),
    "step.delegated": ("users", gettext_lazy("%(step)s: somebody else was asked")),
    "step.taken_back": ("x", gettext_lazy("%(step)s: not asked of them any more")),
    "step.delegate_reminded": ("send", gettext_lazy("%(step)s: reminded them")),
    "step.delegate_answered": ("users", gettext_lazy("%(step)s: filled in by who was asked")),
    "step.delegate_unreachable": (
        "alert-triangle",
        gettext_lazy("%(step)s: our letter to them comes back"),
    ),
    "step.delegate_declined": ("users", gettext_lazy("%(step)s: they cannot answer")),
    "decision.made": ("scale", gettext_lazy("%(step)s: decided")),
    "notice.queued": ("mail", gettext_lazy("Message written")),
    "notice.skipped": ("mail", gettext_lazy("Message not written: there is no address")),
    "notice.bounced": ("alert-triangle", gettext_lazy("Message came back")),
    "notice.sent_again": ("send", gettext_lazy("Message sent again")),
    "link.sent": ("send", gettext_lazy("Link to go on sent")),
    "code.sent": ("send", gettext_lazy("Code sent")),
    "code.held_back": ("clock-pause", gettext_lazy("No new code: the last one still holds")),
    "call.failed": ("alert-triangle", gettext_lazy("%(step)s: the other system refused")),
    "facts.corrected": ("pencil", gettext_lazy("%(step)s: corrected by our team")),
    "call.retried": ("refresh", gettext_lazy("%(step)s: tried again")),
    "promise.given": ("clock", gettext_lazy("Promise given")),
    "promise.kept": ("circle-check", gettext_lazy("Promise kept")),
    "promise.kept_late": ("alert-triangle", gettext_lazy("Promise kept too late")),
    "promise.cancelled": ("x", gettext_lazy("Promise no longer needed")),
    "promise.paused": ("clock-pause", gettext_lazy("Promise stands still: the customer owes")),
    "promise.resumed": ("clock", gettext_lazy("Promise runs again")),
    "promise.moved": ("repeat", gettext_lazy("Promise moved: the working calendar has changed")),
    "promise.warned": ("clock", gettext_lazy("Promise nearly due")),
    "promise.broken": ("alert-triangle", gettext_lazy("Promise broken")),
    "promise.escalated": ("alert-triangle", gettext_lazy("Promise still not kept: raised")),
    "help.written": ("mail", gettext_lazy("Wrote to the customer, to help")),
    "help.filled_in": ("pencil", gettext_lazy("%(step)s: filled in for the customer")),
    "help.called": ("phone", gettext_lazy("Called the customer, to help")),
    "page.viewed": ("eye", gettext_lazy("%(step)s: looked at")),
    "page.left": ("logout", gettext_lazy("%(step)s: left")),
    "price.first_shown": ("tag", gettext_lazy("First price shown")),
}

_PAGES: Mapping[str, Text] = {
    "": gettext_lazy("Page"),
    "landing": gettext_lazy("First page"),
    "tracker": gettext_lazy("Tracker"),
    "address": gettext_lazy("Another address"),
    "elsewhere": gettext_lazy("Another device"),
    "withdrawal": gettext_lazy("Withdrawal"),
    "credit_withdrawal": gettext_lazy("Withdrawal of the request for a credit line"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the timeline."""

    icon: str
    what: str
    who: str
    at: datetime
    when: str
    detail: str


def history(
    entries: Iterable[Entry], journey: Journey, *, language: str, now: datetime
) -> list[Happened]:
    """Return what happened in words, in the order given; looking at pages is left to `looks`."""
    return [
        _line(entry, _detail(entry, journey, language), journey, language=language, now=now)
        for entry in entries
        if not _is_look(entry)
    ]


def looks(
    entries: Iterable[Entry], journey: Journey, *, language: str, now: datetime
) -> list[Happened]:
    """Return which pages were looked at and left, those in a row that are the same as one line.

    A page that follows by itself without scripts is looked at every few seconds.
    """
    lines = []
    for _same, group in groupby(filter(_is_look, entries), key=_same_look):
        newest, *others = group
        detail = _detail(newest, journey, language)
        if others:
            detail = _("%(count)s times") % {"count": len(others) + 1}
        lines.append(_line(newest, detail, journey, language=language, now=now))
    return lines


def _is_look(entry: Entry) -> bool:
    return entry.what.startswith("page.")


def _same_look(entry: Entry) -> tuple[str, ...]:
    return entry.what, entry.step, entry.by_kind, entry.by_label


def _line(entry: Entry, detail: str, journey: Journey, *, language: str, now: datetime) -> Happened:
    # What a newer package records is still told, by its bare name.
    what = f"{entry.what}:on_word" if entry.data.get("said_by") else entry.what
    icon, words = _WORDS.get(what, ("history", entry.what))
    page = _PAGES.get(entry.step)
    step = str(page) if page else journey.step_name(entry.step, language)
    return Happened(
        icon=icon,
        what=str(words).replace("%(step)s", step),
        who=who(entry.by_label or entry.by_kind),
        at=entry.at,
        when=ago(entry.at, now=now),
        detail=detail,
    )


def _detail(entry: Entry, journey: Journey, language: str) -> str:
    data = entry.data
    if entry.what.startswith("promise."):
        name = str(data.get("promise", ""))
        return _promise(
            title(name, journey.promise_title(name, language)), str(data.get("due", ""))
        )
    match entry.what:
        case "decision.made":
            outcome = DECISIONS.get(str(data.get("outcome")))
            said = [str(outcome.text)] if outcome else []
            reasons = (journey.reason(str(code), language) for code in data.get("reasons", []))
            return " · ".join([*said, *reasons])
        case "call.failed":
            return f"{data.get('code', '')}: {data.get('error', '')}"
        case "step.failed":
            return str(data.get("outcome", "")).partition(":")[2]
        case "step.refused":
            return ", ".join(str(field) for field in data.get("fields", []))
        case "application.handed_over":
            return _handed_over(data)
        case "application.withdrawn" | "credit.withdrawn" if data.get("said_by"):
            how = HEARD.get(str(data.get("channel")), "")
            word = (data.get("said_by"), how, data.get("reason"))
            return " · ".join(str(one) for one in word if one)
        case "help.filled_in":
            return str(WAYS_IN.get(str(data.get("channel")), ""))
        case "page.left":
            return span(float(data.get("seconds", 0)))
        case what:
            return " · ".join(filter(None, (str(data.get(key, "")) for key in _SAID.get(what, ()))))


# What happened → where it says the rest, in words that need no others.
_SAID: Mapping[str, tuple[str, ...]] = {
    "application.withdrawn": ("reason",),
    "application.left_behind": ("source", "number"),
    "application.unreachable": ("notice",),
    "application.reminded": ("notice",),
    "notice.queued": ("notice",),
    "step.delegated": ("to",),
    "step.taken_back": ("to",),
    "step.delegate_unreachable": ("to",),
    "notice.bounced": ("notice",),
    "notice.sent_again": ("notice",),
}


def _handed_over(data: Mapping[str, object]) -> str:
    had, to, note = (str(data.get(key, "")) for key in ("had", "to", "note"))
    return ": ".join(filter(None, [f"{had} → {to}" if had else f"→ {to}", note]))


def _promise(called: str, due: str) -> str:
    if not due:
        return called
    at = date_format(localtime(datetime.fromisoformat(due)), "SHORT_DATETIME_FORMAT")
    return _("%(promise)s: due %(at)s") % {"promise": called, "at": at}
