"""The outbox: what we have written to people, as it went out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import page_number, show
from atrio.desk.roles import MAY_PREVIEW
from atrio.desk.sandbox import framed, framing, with_logo
from atrio.desk.words import MESSAGES, Status, ago
from atrio.kernel.errors import NotFound, Refused
from atrio.notices.actions import MAY_SEND_AGAIN, send_again
from atrio.notices.letterhead import letterhead_of
from atrio.notices.queries import follow_up_of, messages_visible_to
from atrio.notices.rules import sms_parts
from atrio.onboarding.queries import fact_rows, get_application
from atrio.onboarding.rules import current_facts
from atrio.onboarding.tokens import without_tokens

if TYPE_CHECKING:
    from atrio.notices.models import Message

OUTBOX_PAGE = 50
LAST_PAGE = 200
_UNDELIVERED = ("bounced", "failed")


@require_safe
@for_staff
def outbox(request: StaffRequest) -> HttpResponse:
    """List the messages, newest first; to one application's, or those that were searched for."""
    # No message has a NUL, with which a database would not even compare.
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    about = _uuid(request.GET.get("application", ""))
    number = min(page_number(request), LAST_PAGE)
    rows = _searched(messages_visible_to(request.actor), query)
    if about:
        rows = rows.filter(application_id=about)
    start = (number - 1) * OUTBOX_PAGE
    # One more than is shown tells whether there is a next page; nobody counts them all.
    found = list(rows.defer("html")[start : start + OUTBOX_PAGE + 1])
    shown, has_next = found[:OUTBOX_PAGE], len(found) > OUTBOX_PAGE
    now = timezone.now()
    context = {
        "query": query,
        "letters": [_line(message, now=now) for message in shown],
        "pages": {
            "text": _("Page %(number)s") % {"number": number},
            "previous": _address(request, number - 1) if number > 1 else "",
            "next": _address(request, number + 1) if has_next and number < LAST_PAGE else "",
        },
        "empty": _empty(query),
        "previews": reverse("desk:notices") if request.actor.has_role(*MAY_PREVIEW) else "",
    }
    return show(request, "desk/outbox.html", context, here="outbox")


@require_safe
@framing
@for_staff
def letter(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Show one message as it was written, with its state and what can be done about it."""
    message = _message(request, message_id)
    hidden = _is_hidden(message)
    context: dict[str, Any] = {
        "letter": {
            "subject": _subject(message),
            "language": _language(message),
            "from": message.sender or letterhead_of(message.business_unit).sender,
            "to": message.to,
            "at": message.sent_at or message.created_at,
            "status": _status(message),
            "channel": _channel(message),
            "error": message.error,
            "text": "" if hidden else _shown(message.text),
            "html_url": reverse("desk:letter-html", args=[message.pk])
            if message.html and not hidden
            else "",
            "hidden": _("This message carries a code that is nobody's but the reader's.")
            if hidden
            else "",
            "follow_up": _follow_up(message),
        }
    }
    if message.application_id:
        about = get_application(by=request.actor, application_id=message.application_id)
        context["letter"]["application"] = {
            "reference": about.reference,
            "url": reverse("desk:application", args=[about.pk]),
        }
    if not context["letter"]["follow_up"] and _may_be_sent_again(request, message):
        context["letter"]["again"] = {
            "url": reverse("desk:send-again", args=[message.pk]),
            "to": _address_now(request, message),
        }
    return show(request, "desk/letter.html", context, here="outbox")


@require_POST
@for_staff
def again(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Send what did not arrive once more, to the address the application has now."""
    message = _message(request, message_id)
    to = _address_now(request, message)
    try:
        send_again(by=request.actor, message_id=message_id, to=to, now=timezone.now())
    except NotFound:
        raise
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("It is on its way to %(address)s.") % {"address": to})
    return redirect("desk:letter", message_id)


@require_safe
@framed
@for_staff
def letter_html(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Return a message's HTML alone, for the frame in its page."""
    message = _message(request, message_id)
    if not message.html or _is_hidden(message):
        raise NotFound(_("There is no such page."))
    logo = letterhead_of(message.business_unit).logo
    return HttpResponse(with_logo(_shown(message.html), logo))


def _line(message: Message, *, now: datetime) -> dict[str, Any]:
    return {
        "url": reverse("desk:letter", args=[message.pk]),
        "subject": _subject(message),
        "language": _language(message),
        "to": message.to,
        "start": "" if _is_hidden(message) else _shown(message.text)[:160],
        "at": message.created_at,
        "when": ago(message.created_at, now=now),
        "status": _status(message),
        "icon": _icon(message),
    }


def _status(message: Message) -> Status:
    """Return the state of a message: one that waits says until when."""
    if message.status != "queued" or message.due_at is None:
        return MESSAGES[message.status]
    local = localtime(message.due_at)
    is_today = local.date() == localtime().date()
    time = {"time": date_format(local, "TIME_FORMAT" if is_today else "SHORT_DATETIME_FORMAT")}
    if message.attempts:
        return Status("warn", "refresh", _("tried again at %(time)s") % time)
    return Status("", "clock-pause", _("waits until %(time)s") % time)


def _icon(message: Message) -> str:
    return "phone" if message.channel == "sms" else "mail"


def _channel(message: Message) -> str:
    if message.channel != "sms":
        return _("Email")
    parts = sms_parts(message.text)
    counted = ngettext("%(number)s part", "%(number)s parts", parts) % {"number": parts}
    return _("Text message (%(parts)s)") % {"parts": counted}


def _follow_up(message: Message) -> dict[str, str]:
    """Return where the same was said once more; {} if it was not."""
    found = follow_up_of(message) if message.status in _UNDELIVERED else None
    if found is None:
        return {}
    by_email = found.key.startswith("email:")
    said = _("Sent by email to %(address)s instead") if by_email else _("Sent again to %(address)s")
    url = reverse("desk:letter", args=[found.pk])
    return {"url": url, "text": said % {"address": found.to}}


def _may_be_sent_again(request: StaffRequest, message: Message) -> bool:
    is_theirs = request.actor.has_role(*MAY_SEND_AGAIN)
    return is_theirs and message.status in _UNDELIVERED and not message.is_secret


def _address_now(request: StaffRequest, message: Message) -> str:
    """Return where the reader of a message can be reached now, as far as we know."""
    if not message.application_id:
        return message.to
    about = get_application(by=request.actor, application_id=message.application_id)
    facts = current_facts(fact_rows(about))
    field = "contact.phone" if message.channel == "sms" else "contact.email"
    return str(facts.get(field) or message.to)


def _message(request: StaffRequest, message_id: UUID) -> Message:
    found = messages_visible_to(request.actor).filter(pk=message_id).first()
    if found is None:
        raise NotFound(_("There is no such message."))
    return found


def _searched(rows: QuerySet[Message], query: str) -> QuerySet[Message]:
    if not query:
        return rows
    by_subject = Q(subject__icontains=query)
    if not settings.ATRIO_DEMO:
        # Else the search would tell a hidden code, guess by guess.
        by_subject &= Q(is_secret=False)
    return rows.filter(Q(to__icontains=query) | by_subject)


def _is_hidden(message: Message) -> bool:
    """Say whether the message holds a code; only in the demo, where nothing is mailed, it shows."""
    return message.is_secret and not settings.ATRIO_DEMO


def _shown(text: str) -> str:
    """Return a text without the addresses that would let its reader act as the applicant."""
    return text if settings.ATRIO_DEMO else without_tokens(text)


def _subject(message: Message) -> str:
    return _("A code to sign in or to prove an address") if _is_hidden(message) else message.subject


def _language(message: Message) -> str:
    """Return the language of what is shown of a message: what is said instead is the reader's."""
    return get_language() if _is_hidden(message) else message.language


def _address(request: StaffRequest, number: int) -> str:
    kept = {name: request.GET[name] for name in ("q", "application") if request.GET.get(name)}
    return f"{reverse('desk:outbox')}?{urlencode(kept | {'page': number})}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _empty(query: str) -> dict[str, str]:
    if query:
        return {
            "icon": "search",
            "title": _("Nothing found for “%(query)s”") % {"query": query},
            "text": _("Search by address or by a part of the subject."),
            "url": reverse("desk:outbox"),
            "action": _("Back to the outbox"),
        }
    return {
        "icon": "mail",
        "title": _("Nothing written yet"),
        "text": _("Every email we write is kept here, as it went out."),
    }
