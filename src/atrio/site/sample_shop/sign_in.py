"""The way in: asking the house who somebody is, and believing only what it has signed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

_NEEDED = ("exp", "sub", "email", "account_id", "legal_entity_name")
SCOPE = "openid profile email account"


class NotLetIn(Exception):
    """The house does not let somebody in, or what came back is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Going:
    """Somebody on their way to the house: what must come back with them."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom the house has let in, in its words."""

    name: str
    email: str
    language: str
    account: str
    legal_entity: str
    tax_id: str
    price_group: str
    id_token: str


class House:
    """The OpenID provider at which our customers are known."""

    def __init__(
        self,
        issuer: str,
        *,
        shop: str,
        secret: str,
        transport: Callable[[], httpx.BaseTransport | None] = lambda: None,
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self._shop, self._secret = shop, secret
        self._transport = transport
        self._known: Mapping[str, Any] = {}

    def way_in(self, back: str) -> tuple[str, Going]:
        """Return where to send somebody who wants to come in, and what to remember of them."""
        going = Going(*(secrets.token_urlsafe(48) for _ in range(3)))
        with self._library(back) as library:
            address, _state = library.create_authorization_url(
                self._place("authorization_endpoint"),
                state=going.state,
                nonce=going.nonce,
                code_verifier=going.verifier,
            )
        return str(address), going

    def let_in(self, returned: str, *, going: Going, back: str) -> Customer:
        """Change the code in an address for who has come. Raises NotLetIn."""
        try:
            with self._library(back) as library:
                token = library.fetch_token(
                    self._place("token_endpoint"),
                    authorization_response=returned,
                    state=going.state,
                    code_verifier=going.verifier,
                )
            claims = self._believe(str(token.get("id_token", "")), nonce=going.nonce)
        except (AuthlibBaseError, JoseError, ValueError) as error:
            raise NotLetIn(str(error)) from error
        return Customer(
            name=str(claims.get("name") or claims["email"]),
            email=str(claims["email"]),
            language=str(claims.get("locale", "")),
            account=str(claims["account_id"]),
            legal_entity=str(claims["legal_entity_name"]),
            tax_id=str(claims.get("tax_id") or ""),
            price_group=str(claims.get("price_group") or ""),
            id_token=str(token["id_token"]),
        )

    def way_out(self, customer: Customer, back: str) -> str:
        """Return where to send a customer who leaves, so that they may sign out there as well."""
        said = {"id_token_hint": customer.id_token, "post_logout_redirect_uri": back}
        return f"{self._place('end_session_endpoint')}?{urlencode(said)}"

    def _believe(self, id_token: str, *, nonce: str) -> Mapping[str, Any]:
        """Return what a token says, if the house has signed it, now, for us and this sign-in."""
        with self._plain() as plain:
            keys = KeySet.import_key_set(
                plain.get(self._place("jwks_uri")).raise_for_status().json()
            )
        claims = jwt.decode(id_token, keys, algorithms=["RS256"]).claims
        exact = {"iss": self.issuer, "aud": self._shop, "nonce": nonce}
        rules: dict[str, Any] = {
            **{name: {"essential": True, "value": value} for name, value in exact.items()},
            **{name: {"essential": True} for name in _NEEDED},
        }
        jwt.JWTClaimsRegistry(leeway=30, **rules).validate(claims)
        return claims

    def _place(self, name: str) -> str:
        """Return one of the addresses that the house tells of itself."""
        if not self._known:
            with self._plain() as plain:
                answer = plain.get(f"{self.issuer}/.well-known/openid-configuration")
                self._known = answer.raise_for_status().json()
        return str(self._known[name])

    def _library(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            self._shop,
            self._secret,
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            transport=self._transport(),
            timeout=10,
        )

    def _plain(self) -> httpx.Client:
        return httpx.Client(transport=self._transport(), timeout=10)
