"""Who an applicant is: whoever holds the application's token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.ids import derived_id, new_id
from atrio.onboarding.actions import note_error
from atrio.onboarding.case import applications_visible_to, where_of
from atrio.onboarding.queries import Application
from atrio.onboarding.tokens import applicant
from atrio.timeline.actions import Where

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]
# Django passes what it finds in the address by name, which Concatenate cannot say.
Routed = Callable[..., HttpResponse]

_VISIT, _SINCE, _BRANCH, _BEGUN = "visit", "first_page_at", "branch", "begun"
SECOND_CLICK = timedelta(minutes=10)
LONGEST_BRANCH = 40


def for_applicant(view: View[P]) -> Routed:
    """Run the view as the applicant whose token stands in the address, and as nobody else.

    Nothing an applicant is shown may stay in a shared cache.
    """

    @wraps(view)
    def routed(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        by = applicant(token)
        try:
            with acting_as(by):
                return view(request, by, *args, **kwargs)
        except Exception as error:
            _note(error, by, step=str(kwargs.get("element", "")))
            raise

    return never_cache(routed)


def _note(error: Exception, by: Actor, *, step: str) -> None:
    """Record what the applicant met instead of a page; the view's own transaction is gone."""
    with acting_as(by):
        for application in applications_visible_to(by):
            where = where_of(application, step=step)
            note_error(by=by, where=where, error=error, now=timezone.now())


def visitor(request: HttpRequest) -> Actor:
    """Return who looks at the pages before there is an application: one browser's visit."""
    return Actor(kind="applicant", id=str(visit_of(request)))


def visit_of(request: HttpRequest) -> UUID:
    """Return the visit this browser is on, begun now if it is its first page."""
    session = request.session
    if _VISIT not in session:
        session[_VISIT] = new_id().hex
        session[_SINCE] = timezone.now().timestamp()
    return UUID(session[_VISIT])


def first_page_at(request: HttpRequest) -> datetime:
    """Return when the visit began: the access clock's start."""
    visit_of(request)
    return datetime.fromtimestamp(request.session[_SINCE], tz=UTC)


def branch_of(request: HttpRequest) -> str:
    """Return the branch whose poster or counter led here: `?branch=…` on the first page."""
    wanted = request.GET.get("branch", "")
    if wanted and len(wanted) <= LONGEST_BRANCH and wanted.isprintable():
        request.session[_BRANCH] = wanted
    return str(request.session.get(_BRANCH, ""))


def reader() -> str:
    """Return the language in which the page is read, whatever the application began in."""
    return get_language() or "en"


def place_of(application: Application, *, step: str) -> Where:
    """Return the dimensions of what happens on a page, for the timeline."""
    return replace(where_of(application, step=step), language=reader())


def end_visit(request: HttpRequest) -> None:
    """Let the next application of this browser start its own clock."""
    request.session.pop(_VISIT, None)
    request.session.pop(_SINCE, None)


def id_of_the_next(request: HttpRequest, what: str) -> UUID:
    """Return the id of what this visit begins: of two clicks at once both begin the same."""
    return derived_id(visit_of(request), what)


def note_begun(request: HttpRequest, what: str, application_id: UUID) -> None:
    """Remember what was begun, and let the browser's next application start its own clock."""
    request.session[_BEGUN] = [what, application_id.hex, timezone.now().timestamp()]
    end_visit(request)


def just_begun(request: HttpRequest, what: str) -> UUID | None:
    """Return what a second click means: the application that the first one has begun.

    Whoever has seen the first page again since means another one.
    """
    begun, application_id, at = request.session.get(_BEGUN) or ("", "", 0.0)
    is_lately = timezone.now().timestamp() - at < SECOND_CLICK.total_seconds()
    if begun != what or not is_lately or _VISIT in request.session:
        return None
    return UUID(application_id)


def proved_in_session(application_id: UUID) -> str:
    """Return the session's key to the address whose code this browser has typed, if it has."""
    return f"proved:{application_id.hex}"
