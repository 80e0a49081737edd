"""Read endpoints and what was sent to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from atrio.integrators.models import Endpoint, EventDelivery
from atrio.integrators.queries import MAY_KEEP_KEYS, keys_visible_to
from atrio.integrators.webhooks.rules import BOTH_SIGN_FOR, secret_of
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound

# Screens and API speak of them and import them from here, never from the models.
__all__ = ["Endpoint", "EventDelivery"]

_LISTENING = "integrators.listening"
_REMEMBERED = 30  # seconds


def endpoints_visible_to(by: Actor) -> QuerySet[Endpoint]:
    """Return a program's own endpoints; an administrator's are those of the keys they keep."""
    living = Endpoint.objects.exclude(stopped=Endpoint.Stop.REMOVED)
    if by.kind == "integrator":
        return living.filter(key_id=UUID(by.id))
    if by.kind == "staff" and by.has_role(*MAY_KEEP_KEYS):
        return living.filter(key__in=keys_visible_to(by))
    return Endpoint.objects.none()


def deliveries_visible_to(by: Actor) -> QuerySet[EventDelivery]:
    """Return what was sent to the endpoints that the actor may see."""
    return EventDelivery.objects.filter(endpoint__in=endpoints_visible_to(by))


def get_endpoint(*, by: Actor, endpoint_id: UUID) -> Endpoint:
    """Return one endpoint. Raises NotFound."""
    found = endpoints_visible_to(by).filter(pk=endpoint_id).first()
    if found is None:
        raise NotFound(_("There is no such endpoint."))
    return found


def secrets_of(endpoint: Endpoint, *, now: datetime) -> list[str]:
    """Return the secrets that sign for an endpoint, the newest first: two after a rotation."""
    numbers = [endpoint.secret_number]
    if endpoint.rotated_at is not None and now < endpoint.rotated_at + BOTH_SIGN_FOR:
        numbers.append(endpoint.secret_number - 1)
    return [secret_of(settings.SECRET_KEY, endpoint.pk.hex, number) for number in numbers]


def is_anybody_listening(unit: str) -> bool:
    """Say whether a program wants to hear of a unit's events.

    Asked on the way of every application, so the answer is up to half a minute old: an endpoint
    that was just made hears of what happens from then on.
    """

    def ask() -> frozenset[str]:
        active = Endpoint.objects.filter(stopped="", key__revoked_at=None)
        rows = active.values_list("key__business_units", flat=True)
        return frozenset(code for units in rows for code in units)

    return unit in (caches["process"].get_or_set(_LISTENING, ask, timeout=_REMEMBERED) or ())


def forget_who_listens() -> None:
    """Let the next question be answered by the database."""
    caches["process"].delete(_LISTENING)
