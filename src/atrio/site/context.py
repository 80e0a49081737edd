"""What every template may use: the brand, the theme and the languages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from atrio.site.brand import brand_at
from atrio.site.languages import languages_at

THEMES = ("light", "dark")
THEME_COOKIE = "theme"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return what the shells show on every page."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "brand": brand_at(request),
        "theme": chosen if chosen in THEMES else "",
        "page_languages": languages_at(request),
        "demo": settings.ATRIO_DEMO,
    }
