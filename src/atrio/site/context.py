"""What every template may use: the brand and the theme."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from atrio.site.brand import brand_at

THEMES = ("light", "dark")
THEME_COOKIE = "theme"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return what the shells show on every page."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "brand": brand_at(request),
        "theme": chosen if chosen in THEMES else "",
        "demo": settings.ATRIO_DEMO,
    }
