"""What happens around every request of somebody who is signed in."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from atrio.identity.actions import SEEN, note_seen


class LastSeenMiddleware:
    """Keep when a session was used last, at most once an hour."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and look at the clock only where the view has read the session anyway."""
        response = self.get_response(request)
        if request.session.accessed and request.session.get(SEEN) and request.user.is_authenticated:
            note_seen(request, now=timezone.now())
        return response
