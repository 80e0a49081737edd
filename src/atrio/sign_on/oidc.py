"""A company's OpenID provider: the way out to it, and who it says has come.

Code flow with PKCE, state and nonce. Every provider has an address of its own to come back to, so
that an answer of one is never taken for another's. Whatever is fetched is fetched from public
addresses alone, and nothing that is not signed by the provider's keys is believed.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import jwt
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.cache import caches
from django.utils.translation import gettext_lazy as _

from atrio.identity.sealing import unseal
from atrio.kernel.errors import OutsideFailure, Refused
from atrio.outside.http import HttpAnswer, OutsideHttp
from atrio.outside.public import PublicTransport, may_be_sent_to
from atrio.sign_on.models import Provider

SCOPE = "openid email"
_SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
_LEEWAY = 60  # seconds between their clock and ours
_KEPT_SECONDS = 600
_OPTIONS = {"connect_seconds": 3, "read_seconds": 5, "total_seconds": 8}


class NobodyCame(Refused):
    """A company's sign-in did not say, in a way that we believe, who somebody is."""


class Asked(NamedTuple):
    """What we remember of a way out, to know the way back by; kept in the session."""

    state: str
    nonce: str
    verifier: str


def begin(provider: Provider, *, back: str, email: str) -> tuple[str, Asked]:
    """Return where somebody is sent, and what their browser must bring back. Raises OutsideError.

    `back` is the provider's own address here, `email` what they typed, "" for nothing.
    """
    asked = Asked(*(secrets.token_urlsafe(32) for _each in Asked._fields))
    digest = hashlib.sha256(asked.verifier.encode()).digest()
    said = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": SCOPE,
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        **({"login_hint": email} if email else {}),
    }
    way = _endpoint(_metadata(provider), "authorization_endpoint")
    return f"{way}{'&' if urlsplit(way).query else '?'}{urlencode(said)}", asked


def who_came(provider: Provider, asked: Asked, said: Mapping[str, str], *, back: str) -> str:
    """Return the address of whoever came back with `said` in the query, proved by the provider.

    Raises NobodyCame, OutsideError.
    """
    metadata = _metadata(provider)
    if not secrets.compare_digest(said.get("state", "").encode(), asked.state.encode()):
        raise nobody("state")
    _refuse_a_mix_up(provider, metadata, said)
    if not said.get("code"):
        raise nobody(said.get("error", "")[:80] or "no code")
    token = _change(provider, metadata, code=said["code"], asked=asked, back=back)
    claims = _believed(provider, metadata, str(token.get("id_token", "")), nonce=asked.nonce)
    if "email" not in claims:
        claims |= _told_besides(metadata, token, subject=claims["sub"])
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified", True) not in (True, "true"):
        raise nobody("email")
    return email.strip().lower()


def _refuse_a_mix_up(
    provider: Provider, metadata: Mapping[str, Any], said: Mapping[str, str]
) -> None:
    """Refuse an answer of another issuer (RFC 9207)."""
    names_itself = bool(metadata.get("authorization_response_iss_parameter_supported"))
    if said.get("iss", "" if names_itself else provider.issuer) != provider.issuer:
        raise nobody("iss")


def _change(
    provider: Provider, metadata: Mapping[str, Any], *, code: str, asked: Asked, back: str
) -> dict[str, Any]:
    """Change the code for tokens."""
    try:
        secret = unseal(provider.sealed_secret)
    except InvalidToken as error:
        raise OutsideFailure("No key opens the client secret any more") from error
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": asked.verifier,
    }
    headers = {}
    methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" in methods:
        # RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": provider.client_id, "client_secret": secret}
    answer = _ask("POST", _endpoint(metadata, "token_endpoint"), form=form, headers=headers)
    if answer.status != 200:
        raise nobody(f"token endpoint: {answer.status}")
    return _an_object(answer)


def _believed(
    provider: Provider, metadata: Mapping[str, Any], token: str, *, nonce: str
) -> dict[str, Any]:
    """Return the claims of an id token that is signed, for us, by this issuer, just now."""
    try:
        header = jwt.get_unverified_header(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(metadata, header),
            algorithms=_SIGNED_BY,
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=_LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
    except jwt.PyJWTError as error:
        raise nobody(f"id token: {type(error).__name__}") from error
    if not secrets.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise nobody("nonce")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else provider.client_id) != provider.client_id:
        raise nobody("azp")
    return claims


def _told_besides(
    metadata: Mapping[str, Any], token: Mapping[str, Any], *, subject: str
) -> dict[str, Any]:
    """Return what is told of the same somebody at the provider's userinfo address."""
    if "userinfo_endpoint" not in metadata:
        return {}
    headers = {"Authorization": f"Bearer {token.get('access_token', '')}"}
    answer = _ask("GET", _endpoint(metadata, "userinfo_endpoint"), headers=headers)
    told = _an_object(answer) if answer.status == 200 else {}
    if told.get("sub") != subject:
        return {}
    return {name: told[name] for name in ("email", "email_verified") if name in told}


def _key(metadata: Mapping[str, Any], header: Mapping[str, Any]) -> Any:
    """Return the provider's key that a token says it is signed with."""
    address = _endpoint(metadata, "jwks_uri")
    wanted = header.get("kid")
    for is_fresh in (False, True):
        for key in _fetched(address, is_fresh=is_fresh).get("keys") or []:
            if not isinstance(key, dict):
                continue
            is_meant = wanted is None or key.get("kid") == wanted
            if is_meant and key.get("use", "sig") == "sig" and key.get("kty") != "oct":
                return jwt.PyJWK(key).key
    raise jwt.InvalidKeyError("No such key")


def _metadata(provider: Provider) -> dict[str, Any]:
    """Return what the provider says of itself (OpenID Connect Discovery 1.0)."""
    found = _fetched(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise OutsideFailure(f"It calls itself {str(found.get('issuer'))[:200]}")
    return found


def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
    address = str(metadata.get(name, ""))
    if not may_be_sent_to(address, allowed=settings.ATRIO_SIGN_ON_TO):
        raise OutsideFailure(f"Its {name} is no address that we could trust")
    return address


def _fetched(address: str, *, is_fresh: bool = False) -> dict[str, Any]:
    """Return what lies at an address, as it was within the last ten minutes."""
    cache, name = caches["process"], f"sign_on:{hashlib.sha256(address.encode()).hexdigest()}"
    # Whoever makes up names of keys has them looked for once a minute, not each time.
    if is_fresh and not cache.add(f"{name}:fresh", 1, timeout=60):
        return {}
    known = None if is_fresh else cache.get(name)
    if known is None:
        answer = _ask("GET", address)
        if answer.status != 200:
            raise OutsideFailure(f"{address} answered {answer.status}")
        known = _an_object(answer)
        cache.set(name, known, timeout=_KEPT_SECONDS)
    found: dict[str, Any] = known
    return found


def _ask(method: str, address: str, **more: Any) -> HttpAnswer:
    parts = urlsplit(address)
    transport = PublicTransport(allowed=settings.ATRIO_SIGN_ON_TO)
    outside = OutsideHttp(f"{parts.scheme}://{parts.netloc}", options=_OPTIONS, transport=transport)
    path = f"{parts.path}{'?' if parts.query else ''}{parts.query}"
    return outside.send(method, path, confidential=True, **more)


def _an_object(answer: HttpAnswer) -> dict[str, Any]:
    found = answer.json()
    if not isinstance(found, dict):
        raise OutsideFailure("It answered with something else than an object")
    return found


def nobody(why: str) -> NobodyCame:
    """Return the refusal; `why` is for the log alone."""
    error = NobodyCame(_("Your company's sign-in did not tell us who you are. Please try again."))
    error.add_note(why)
    return error
