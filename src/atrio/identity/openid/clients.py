"""The outside shops into which our customers come by signing in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.identity.openid.provider import SCOPES
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.timeline.actions import Where, record

MAY_KEEP_SHOPS = ("regional_admin", "admin")
_LOCAL = {"localhost", "127.0.0.1", "::1"}


class NotAShop(Refused):
    """What was typed names no shop that anybody could be sent to."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """A shop as a customer sees it: what it is called, and where one goes in."""

    name: str
    url: str


def unit_of(shop: Any) -> str:
    """Return the code of the business unit to which a shop belongs."""
    return str((shop.data or {}).get("unit", ""))


def start_of(shop: Any) -> str:
    """Return where a customer goes in: its own way in leads by here and back."""
    return str((shop.data or {}).get("start") or _first_page(shop.get_redirect_uris()[0]))


def shops_visible_to(by: Actor) -> list[Any]:
    """Return the shops of the units that a member of staff works for, by name."""
    if by.kind != "staff":
        return []
    own = Client.objects.filter(data__unit__in=sorted(by.business_units))
    return list(own.order_by("name", "id"))


@transaction.atomic
def open_shop(
    *, by: Actor, unit: str, name: str, returns: Sequence[str], start: str = "", now: datetime
) -> tuple[Any, str]:
    """Let customers of a unit sign in to a shop; return the shop and its secret, shown once.

    `returns` are the addresses to which it may be led back, after signing in and out; `start` is
    where the cabinet sends a customer, by default the first page at the first of these. Raises
    NotFound, NotAllowed, NotAShop.
    """
    _may_keep(by)
    if unit not in by.business_units:
        raise NotFound(_("There is no such business unit."))
    if not name.strip():
        raise NotAShop(_("The shop needs a name."))
    if not returns or not all(map(_is_safe, [*returns, start or returns[0]])):
        raise NotAShop(_("Give whole addresses that begin with https://, one a line."))
    shop = Client(name=name.strip()[:100])
    secret = get_adapter().generate_client_secret()
    furnish(shop, unit=unit, secret=secret, returns=returns, start=start)
    shop.save(force_insert=True)
    where = Where(business_unit=unit)
    record(by=by, what="shop.opened", where=where, now=now, shop=shop.pk, name=shop.name)
    return shop, secret


def furnish(shop: Any, *, unit: str, secret: str, returns: Sequence[str], start: str = "") -> None:
    """Give a shop, which is not saved by this, what it needs to let our customers in."""
    shop.skip_consent = True
    shop.data = {"unit": unit, "start": start or _first_page(returns[0])}
    shop.set_secret(secret)
    shop.set_scopes(list(SCOPES))
    shop.set_redirect_uris(list(returns))
    shop.set_post_logout_redirect_uris(list(returns))


def ways_into_shops(unit: str) -> list[WayIn]:
    """Return the shops into which customers of a unit come with their sign-in here, by name."""
    found = Client.objects.filter(data__unit=unit).order_by("name", "id")
    return [WayIn(shop.name, start_of(shop)) for shop in found]


@transaction.atomic
def close_shop(*, by: Actor, shop_id: str, now: datetime) -> None:
    """Let nobody sign in to a shop any more; its tokens are worth nothing. Raises NotFound."""
    _may_keep(by)
    shop = next((each for each in shops_visible_to(by) if each.pk == shop_id), None)
    if shop is None:
        raise NotFound(_("There is no such shop."))
    where = Where(business_unit=unit_of(shop))
    record(by=by, what="shop.closed", where=where, now=now, shop=shop.pk, name=shop.name)
    shop.delete()


def _may_keep(by: Actor) -> None:
    if not by.has_role(*MAY_KEEP_SHOPS):
        raise NotAllowed(_("Only administrators say how people sign in."))


def _first_page(address: str) -> str:
    url = urlsplit(address)
    return f"{url.scheme}://{url.netloc}/"


def _is_safe(address: str) -> bool:
    """Say whether somebody may be led to an address with what lets them in."""
    try:
        url = urlsplit(address)
        host = url.hostname
    except ValueError:
        return False
    if not host or url.fragment or "*" in address or url.username:
        return False
    return url.scheme == "https" or (url.scheme == "http" and host in _LOCAL)
