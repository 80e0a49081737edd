"""Pages of the house itself: theme, health, measurements."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from atrio.kernel.errors import NotFound
from atrio.kernel.queue.metrics import QueueCollector
from atrio.site.context import THEME_COOKIE, THEMES

log = structlog.get_logger(__name__)
A_YEAR = 365 * 24 * 3600
_BROUGHT_BY_A_PROXY = (
    *("Forwarded", "Via", "X-Real-Ip"),
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"),
)

# A registry of its own: the usual one would ask the database while modules are being imported.
_queue = CollectorRegistry(auto_describe=False)
_queue.register(QueueCollector())


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark, or leave it to the device, and come back to the page."""
    wanted = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # Not `redirect`, which takes a word without a slash for the name of a page and may not know it.
    response = HttpResponseRedirect(wanted if is_ours else "/")
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=A_YEAR, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the process can work: the database answers and no migration is missing."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    if missing:
        return JsonResponse({"status": "migrations are missing"}, status=503)
    return JsonResponse({"status": "ready"})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Return this process's measurements for Prometheus, and what waits in the queue.

    To whoever asks from this very machine or has the token; for others there is no such page.
    """
    if not (_is_from_here(request) or _has_token(request)):
        raise NotFound(_("There is no such page."))
    measured = generate_latest()
    try:
        measured += generate_latest(_queue)
    except DatabaseError:
        # The process is measured all the same; that the queue is missing is told by its absence.
        log.warning("metrics.no_queue")
    return HttpResponse(measured, content_type=CONTENT_TYPE_LATEST)


def _is_from_here(request: HttpRequest) -> bool:
    """Say whether a program of this machine asks for itself, and not a proxy for a stranger."""
    if any(name in request.headers for name in _BROUGHT_BY_A_PROXY):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False  # a socket of another kind


def _has_token(request: HttpRequest) -> bool:
    expected = settings.ATRIO_METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    return bool(expected) and compare_digest(given.encode(), f"Bearer {expected}".encode())
