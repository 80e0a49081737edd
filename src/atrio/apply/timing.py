"""Times of the applicant's pages: how long one was open, how long a time is in words."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

A_DAY = 86_400.0


def seconds_on_page(request: HttpRequest) -> float:
    """Return the seconds the page was open, as the browser says; 0 when it talks nonsense."""
    try:
        seconds = int(request.POST.get("milliseconds", "")) / 1000
    except (ValueError, OverflowError):
        return 0.0
    return seconds if 0 <= seconds <= A_DAY else 0.0


def in_words(time: timedelta | None) -> str:
    """Return a short time as people say it, "" where there is none."""
    if time is None:
        return ""
    minutes, seconds = divmod(round(time.total_seconds()), 60)
    if not minutes:
        return _("%(seconds)s s") % {"seconds": seconds}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
