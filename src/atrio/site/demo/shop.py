"""The outside shop of the demonstration: a program of its own into which customers sign in here."""

from __future__ import annotations

from allauth.idp.oidc.models import Client
from django.conf import settings

from atrio.identity.openid.clients import furnish

SHOP = "sample-shop"


def make_shop(unit: str) -> None:
    """Let a unit's customers into the sample shop, wherever it runs this time."""
    url = settings.ATRIO_SAMPLE_SHOP
    if not url:
        return
    shop = Client.objects.filter(pk=SHOP).first() or Client(pk=SHOP, name="Polaris")
    furnish(
        shop,
        unit=unit,
        secret=settings.ATRIO_SECRETS[SHOP],
        returns=[f"{url}/signed-in", f"{url}/signed-out"],
        start=f"{url}/sign-in",
    )
    shop.save()
