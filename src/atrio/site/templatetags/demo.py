"""`{% to_try %}`: what one may type on the demonstration's pages, and where else to look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import RequestContext

from atrio.site.brand import unit_here
from atrio.site.demo.to_try import to_try as numbers_to_try

register = template.Library()


@register.inclusion_tag("parts/_to_try.html", takes_context=True)
def to_try(context: RequestContext) -> Mapping[str, Any]:
    """Show the numbers of the unit whose host was asked. Only for pages of the demonstration."""
    return numbers_to_try(unit_here(context["request"]))
