"""Mail in a frame: shown in a sandbox of its own, without script, address outside, or form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from csp.decorators import csp_replace, csp_update
from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin

from atrio.notices.dressing import LOGO
from atrio.notices.letterhead import logo_as_address

View = Callable[..., HttpResponse]


def framing(view: View) -> View:
    """Let a page show a frame of ours."""
    return cast("View", csp_update({"frame-src": ["'self'"]})(view))


def framed(view: View) -> View:
    """Let a page of mail be shown in a frame of ours, and do nothing there."""
    policy: dict[str, Any] = {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "sandbox": True,
        "script-src": None,
        "font-src": None,
        "connect-src": None,
    }
    return cast("View", xframe_options_sameorigin(csp_replace(policy)(view)))


def with_logo(html: str, logo: str) -> str:
    """Return mail whose picture, which travels with it as a part of its own, stands in it."""
    return html.replace(LOGO, logo_as_address(logo))
