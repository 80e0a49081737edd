"""Under whose name and colours a page stands: a business unit's at its own host, or the house's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from atrio.kernel.errors import NotFound
from atrio.seller.colours import COLOUR, shades
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import own_hosts

_LOGO = "brand/nordlicht.svg"
_SHEET = """:root {{
  --brand-accent: {light};
  --brand-accent-strong: {light_strong};
  --brand-accent-dark: {dark};
  --brand-accent-dark-strong: {dark_strong};
}}
"""


@dataclass(frozen=True, slots=True)
class Brand:
    """What the shells show of it."""

    name: str
    unit: str = ""  # the unit's name; "" is the house itself
    logo: str = ""  # addresses
    stylesheet: str = ""
    home: str = "/"


def unit_here(request: HttpRequest) -> str:
    """Return the code of the business unit whose own host was asked, "" at the house's."""
    try:
        host = request.get_host().partition(":")[0]
    except DisallowedHost:
        return ""
    return next((unit for unit, own in own_hosts().items() if own == host), "")


def brand_at(request: HttpRequest) -> Brand:
    """Return under which brand the page stands."""
    unit = unit_here(request)
    if not unit:
        return Brand(name=settings.ATRIO_BRAND, logo=static(_LOGO))
    kept = caches["process"].get_or_set(f"site.brand.{unit}", lambda: _of(unit), timeout=30)
    return cast("Brand", kept)


def _of(code: str) -> Brand:
    unit = BusinessUnit.objects.get(code=code)
    sheet = reverse("brand", args=[unit.accent.removeprefix("#")]) if unit.accent else ""
    return Brand(
        name=unit.brand or settings.ATRIO_BRAND,
        unit=unit.name,
        logo=static(unit.logo or _LOGO),
        stylesheet=sheet,
    )


@require_safe
@cache_control(max_age=365 * 24 * 3600, public=True, immutable=True)
def stylesheet(request: HttpRequest, accent: str) -> HttpResponse:
    """Return what a brand's colour makes of a page; the address says the colour."""
    if not COLOUR.fullmatch(f"#{accent}"):
        raise NotFound(_("There is no such page."))
    made = shades(f"#{accent}")
    sheet = _SHEET.format(
        light=made.light,
        light_strong=made.light_strong,
        dark=made.dark,
        dark_strong=made.dark_strong,
    )
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")
