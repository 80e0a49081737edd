"""Whom outside shops let in, in this house: what `identity` cannot know of customers."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from atrio.identity.openid.clients import unit_of
from atrio.identity.openid.provider import Provider
from atrio.parties.queries import legal_entities_visible_to, member_actor


class HouseProvider(Provider):
    """A shop belongs to a business unit, and sees that unit's customers only."""

    def account_claims(self, user: Any, client: Any) -> dict[str, Any]:
        """Return the account and the legal entity for which a user buys in the client's shop."""
        with transaction.atomic():
            actor = member_actor(user.pk, str(user))
            own = legal_entities_visible_to(actor).select_related("account")
            entity = (
                own.filter(account__business_unit=unit_of(client))
                .order_by("account__opened_at", "account_id", "id")
                .first()
            )
            if entity is None:
                return {}
            return {
                "account_id": str(entity.account_id),
                "account_name": entity.account.name,
                "legal_entity_id": str(entity.pk),
                "legal_entity_name": entity.legal_name,
                "tax_id": entity.tax_id,
                "price_group": entity.account.price_group,
                "roles": sorted(actor.roles),
            }
