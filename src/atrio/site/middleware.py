"""What happens around every request: logs and metrics, and refusals turned into answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from prometheus_client import Histogram

from atrio.api.problems import problem, told
from atrio.kernel.errors import NotAllowed, NotFound, Refused

log = structlog.get_logger("atrio.web")
Handler = Callable[[HttpRequest], HttpResponse]

REQUESTS = Histogram(
    "atrio_request_seconds",
    "Time to answer a request, by the name of its route",
    ["route", "status"],
)


class ObserveMiddleware:
    """One log line and one measurement for every request; the reference joins when it is known."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and tell how it went."""
        began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=uuid4().hex[:12])
        response = self.get_response(request)
        match = request.resolver_match
        route = match.view_name if match else "none"
        seconds = time.perf_counter() - began
        REQUESTS.labels(route, str(response.status_code)).observe(seconds)
        # The path may hold an applicant's token: the route's name says enough.
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        return response


class EntranceMiddleware:
    """Turn away, before anybody reads it, what no page could read."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on unless something about it is beyond reading."""
        status = _fault_in(request)
        if not status:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return told(problem(status, "unreadable", _("This request cannot be read.")))
        return render(request, "400.html", status=status)


def _fault_in(request: HttpRequest) -> int:
    """Return the status a request is turned away with, 0 for one that can be read.

    What a form holds is not looked at here: that gets its message at the field.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal():
        return 400
    if len(length) > len(str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)) or (
        int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    ):
        return 413
    # Some names of encodings make Python raise where it should decode: hex, idna, rot13.
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.lower() not in {"utf-8", "utf8"}:
        return 415
    # A database cannot even look for a session whose key has a NUL.
    return 400 if any("\0" in value for value in request.COOKIES.values()) else 0


class RefusalMiddleware:
    """The one mapping from our refusals to answers: not found 404, not allowed 403, refused 409."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal with its page; leave everything else to be a bug."""
        if not isinstance(error, Refused):
            return None
        response = _refusal(request, error)
        # What was refused now may be right in a minute, and its address may be a secret.
        add_never_cache_headers(response)
        return response


def _refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    if isinstance(error, NotFound):
        # One page for what there is not and for what is not theirs: nothing tells them apart.
        return render(request, "404.html", status=404)
    forbidden = isinstance(error, NotAllowed)
    match = request.resolver_match
    token = match.kwargs.get("token") if match else None
    empty = {
        "icon": "lock" if forbidden else "info-circle",
        "title": _("This page is not yours to see") if forbidden else _("Not possible now"),
        "text": str(error),
        "url": reverse("apply:resume", kwargs={"token": token}) if token else "/",
        "action": _("Back to your application") if token else _("To the first page"),
    }
    return render(request, "refusal.html", {"empty": empty}, status=403 if forbidden else 409)
