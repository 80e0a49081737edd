"""The demonstration's shops elsewhere: one into which customers sign in here, and one in which
their companies are kept. Both are programs of their own.
"""

from __future__ import annotations

from allauth.idp.oidc.models import Client
from django.conf import settings

from atrio.identity.openid.clients import furnish

SHOP = "sample-shop"
COMMERCE = "shop-adobe"  # in which an administrator may let a unit's customers buy
# As the simulator has its shared catalogues; docs/connectors/adobe-commerce.md says what each is.
COMMERCE_OPTIONS = {
    "shared_catalogs": {
        "": 1,
        **dict.fromkeys(("Varejo", "Handwerk", "Розница"), 2),
        **dict.fromkeys(("Atacado", "Großhandel", "Опт"), 3),
    }
}


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
