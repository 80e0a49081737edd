"""Read keys, as the desk shows them."""

from __future__ import annotations

from django.db.models import QuerySet

from atrio.integrators.models import ApiKey
from atrio.kernel.actors import Actor

# The desk speaks of keys and imports them from here, never from the models.
__all__ = ["ApiKey", "keys_visible_to"]

MAY_KEEP_KEYS = ("regional_admin", "admin")


def keys_visible_to(by: Actor) -> QuerySet[ApiKey]:
    """Return the keys that work for one of the administrator's own units at least."""
    if by.kind != "staff" or not by.has_role(*MAY_KEEP_KEYS):
        return ApiKey.objects.none()
    return ApiKey.objects.filter(business_units__overlap=sorted(by.business_units))
