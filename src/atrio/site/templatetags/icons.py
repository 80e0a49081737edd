"""`{% icon "check" %}`: a drawing of the sprite that frontend/build.mjs makes.

The settings make it a built-in: no template has to load it.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Return the drawing, hidden from those who listen: the word beside it says the same.

    `extra` is a further class.
    """
    return _drawn(name, extra)


# A page of the desk has 75 of them, and where the sprite lies changes with the process alone.
@lru_cache(maxsize=512)
def _drawn(name: str, extra: str) -> SafeString:
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f" {extra}" if extra else "",
        static("built/icons.svg"),
        name,
    )
