"""What outside shops are told of whoever comes in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.internal.private_keys import filter_keys
from django.utils import timezone

from atrio.identity.openid.keys import private_keys

SCOPES = ("openid", "profile", "email", "account")


class Provider(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth ships no types
    """Users as `identity` knows them; `sub` is a user's id, which is stable and says nothing."""

    def list_private_keys(self, **which: Any) -> list[Any]:
        """Return the keys of the database, which rotate by themselves."""
        return list(filter_keys(private_keys(now=timezone.now()), **which))

    def get_claims(
        self, purpose: str, user: Any, client: Any, scopes: Iterable[str], **more: Any
    ) -> dict[str, Any]:
        """Return what this shop may know of a user by the scopes that it asked for."""
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, user)}
        if "email" in scopes:
            # Nobody signs in who has not shown that the address is theirs.
            claims |= {"email": user.email, "email_verified": True}
        if "profile" in scopes:
            claims |= {"name": user.name, "locale": user.language}
        if "account" in scopes:
            claims |= self.account_claims(user, client)
        return claims

    def account_claims(self, user: Any, client: Any) -> dict[str, Any]:
        """Return for whom a user buys; empty for somebody who may not enter the shop."""
        return {}
