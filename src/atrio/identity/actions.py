"""Change users, and let them in."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import login, logout
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atrio.identity.models import SignedIn, User
from atrio.identity.queries import owner, shown_in, sign_ins_of
from atrio.identity.rules import browser_words, network_of
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotAllowed, NotFound
from atrio.timeline.actions import Where, record

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SEEN = "seen_at"
# How exactly the page of one's sign-ins says when a browser was seen last.
SEEN_EVERY = timedelta(hours=1)


def ensure_user(*, email: str, name: str, language: str) -> User:
    """Return the one user with this address, made now if there was none. Safe to race."""
    found = User.objects.filter(email=email.lower()).first()
    if found:
        return found
    try:
        with transaction.atomic():
            return User.objects.create_user(email, name=name, language=language)
    except IntegrityError:
        return User.objects.get(email=email.lower())


def let_in(
    request: HttpRequest, user: User, *, how: str, to: str, is_proved_twice: bool = False
) -> HttpResponse:
    """Let in whoever has just shown, in this very browser, that the address is theirs.

    `how` is by what they did: "code", "company". Who has a second factor is asked for it first,
    unless it `is_proved_twice` already; nobody who is locked comes in. Returns where to go.
    """
    record_authentication(request, user, method=how)
    if is_proved_twice:
        record_authentication(request, user, method="mfa", type=how)
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=to))
    return answer


def sign_in(request: HttpRequest, user: User) -> None:
    """Begin the session of somebody who has shown all that is asked of them.

    The session gets a new key, so that nobody who knew the old one comes along; what another
    user had left in it is gone. Raises NotAllowed for a user who is locked.
    """
    if not user.is_active:
        raise NotAllowed(_("This login is locked. Please write to us."))
    login(request, user, backend=_BACKEND)
    _note_sign_in(request, user, now=timezone.now())


def _note_sign_in(request: HttpRequest, user: User, now: datetime) -> None:
    """Keep where somebody is signed in, for them to see and to end."""
    if not request.session.session_key:
        request.session.create()
    adapter = get_adapter()
    browser = " · ".join(filter(None, browser_words(request.headers.get("User-Agent", ""))))
    with transaction.atomic():
        row = SignedIn(
            user=user,
            session_key=str(request.session.session_key),
            at=now,
            seen_at=now,
            browser=browser[:120],
            network=network_of(adapter.get_client_ip(request)),
        )
        row.save(force_insert=True)
        methods = [each["method"] for each in shown_in(request, user)]
        record(
            by=adapter.actor_of(user),
            what="user.signed_in",
            where=Where(),
            now=now,
            browser=row.browser,
            shown=methods,
        )
    request.session[SEEN] = now.timestamp()


def note_seen(request: HttpRequest, *, now: datetime) -> None:
    """Keep that a session is in use, at most once an hour."""
    before = request.session.get(SEEN)
    if before is None or now.timestamp() - before < SEEN_EVERY.total_seconds():
        return
    request.session[SEEN] = now.timestamp()
    with acting_as(owner(request.user)):
        SignedIn.objects.filter(session_key=request.session.session_key).update(seen_at=now)


def sign_out(request: HttpRequest) -> None:
    """End this browser's session."""
    if request.user.is_authenticated and request.session.session_key:
        with acting_as(owner(request.user)):
            SignedIn.objects.filter(session_key=request.session.session_key).delete()
    logout(request)


def end_sign_in(*, by: Actor, sign_in_id: UUID, now: datetime) -> None:
    """End one of the actor's own sign-ins: its browser's next request is a stranger's.

    Raises NotFound.
    """
    with acting_as(by):
        _end(by, sign_ins_of(by, now=now).filter(pk=sign_in_id), now)


def end_other_sign_ins(*, by: Actor, but: str, now: datetime) -> int:
    """End all of the actor's sign-ins but the one with this session key; return how many.

    Raises NotFound if there is no other.
    """
    with acting_as(by):
        return _end(by, sign_ins_of(by, now=now).exclude(session_key=but), now)


def _end(by: Actor, rows: QuerySet[SignedIn], now: datetime) -> int:
    found = list(rows)
    if not found:
        raise NotFound(_("There is no such sign-in."))
    Session.objects.filter(session_key__in=[each.session_key for each in found]).delete()
    SignedIn.objects.filter(pk__in=[each.pk for each in found]).delete()
    browsers = [each.browser for each in found]
    record(by=by, what="user.sessions_ended", where=Where(), now=now, browsers=browsers)
    return len(found)
