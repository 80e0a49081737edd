"""Where somebody was in the queue: pages that lead back to it lead back to that place."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from atrio.desk.access import StaffRequest

_KEPT = "queue"
_KNOWN = ("view", "q", "page")


def note_place(request: StaffRequest) -> None:
    """Remember which view and page of the queue is looked at; nobody else is told."""
    asked = {name: request.GET[name][:200] for name in _KNOWN if request.GET.get(name)}
    if request.session.get(_KEPT, {}) != asked:
        request.session[_KEPT] = asked


def place(request: StaffRequest) -> str:
    """Return the address of the queue as it was looked at last."""
    asked = request.session.get(_KEPT) or {}
    return f"{reverse('desk:queue')}?{urlencode(asked)}" if asked else reverse("desk:queue")


def back_to_queue(request: StaffRequest) -> HttpResponse:
    """Lead back to the queue as it was looked at last."""
    return redirect(place(request))
