"""The outbox: what we have written to people, as it went out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import page_number, show
from atrio.desk.words import MESSAGES, ago
from atrio.kernel.errors import NotFound
from atrio.notices.queries import messages_visible_to
from atrio.onboarding.queries import get_application
from atrio.onboarding.tokens import without_tokens

if TYPE_CHECKING:
    from atrio.notices.models import Message

OUTBOX_PAGE = 50
LAST_PAGE = 200


@require_safe
@for_staff()
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
    }
    return show(request, "desk/outbox.html", context, here="outbox")


@require_safe
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # knows no view with arguments
@for_staff()
def letter(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Show one message as it was written, with its state."""
    message = _message(request, message_id)
    hidden = _is_hidden(message)
    context: dict[str, Any] = {
        "letter": {
            "subject": _subject(message),
            "from": settings.DEFAULT_FROM_EMAIL,
            "to": message.to,
            "at": message.sent_at or message.created_at,
            "status": MESSAGES[message.status],
            "error": message.error,
            "text": "" if hidden else _shown(message.text),
            "html_url": reverse("desk:letter-html", args=[message.pk])
            if message.html and not hidden
            else "",
            "hidden": _("This message carries a code that is nobody's but the reader's.")
            if hidden
            else "",
        }
    }
    if message.application_id:
        about = get_application(by=request.actor, application_id=message.application_id)
        context["letter"]["application"] = {
            "reference": about.reference,
            "url": reverse("desk:application", args=[about.pk]),
        }
    return show(request, "desk/letter.html", context, here="outbox")


@require_safe
@xframe_options_sameorigin
# What was mailed is shown in a sandbox of its own: no script, no address outside, no form.
@csp_replace(  # type: ignore[arg-type]  # as above
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "sandbox": True,
        "script-src": None,
        "font-src": None,
        "connect-src": None,
    }
)
@for_staff()
def letter_html(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Return a message's HTML alone, for the frame in its page."""
    message = _message(request, message_id)
    if not message.html or _is_hidden(message):
        raise NotFound(_("There is no such page."))
    return HttpResponse(_shown(message.html))


def _line(message: Message, *, now: datetime) -> dict[str, Any]:
    return {
        "url": reverse("desk:letter", args=[message.pk]),
        "subject": _subject(message),
        "to": message.to,
        "start": "" if _is_hidden(message) else _shown(message.text)[:160],
        "at": message.created_at,
        "when": ago(message.created_at, now=now),
        "status": MESSAGES[message.status],
    }


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
