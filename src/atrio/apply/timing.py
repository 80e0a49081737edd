"""How long a page was open, as the browser says; its word is taken, within reason."""

from __future__ import annotations

from django.http import HttpRequest

A_DAY = 86_400.0


def seconds_on_page(request: HttpRequest) -> float:
    """Return the seconds the page was open, 0 when the browser talks nonsense."""
    try:
        seconds = int(request.POST.get("milliseconds", "")) / 1000
    except (ValueError, OverflowError):
        return 0.0
    return seconds if 0 <= seconds <= A_DAY else 0.0
