"""What happens around every request: logs and metrics, and refusals turned into answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from prometheus_client import Histogram

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


class RefusalMiddleware:
    """The one mapping from our refusals to answers: not found 404, not allowed 403, refused 409."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal with its page; leave everything else to be a bug."""
        if isinstance(error, NotFound):
            return render(request, "404.html", {"reason": str(error)}, status=404)
        if isinstance(error, NotAllowed):
            return render(request, "403.html", {"reason": str(error)}, status=403)
        if isinstance(error, Refused):
            return render(request, "409.html", {"reason": str(error)}, status=409)
        return None
