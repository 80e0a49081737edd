"""A passkey in software: it answers as a browser's does, and is as easily stolen as tests need."""

from __future__ import annotations

import hashlib
import html
import json
import re
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

HOST = "localhost"  # the one name for which browsers do not want HTTPS
FLAG = AuthenticatorData.FLAG


class Passkey:
    """One passkey, of whoever made it."""

    def __init__(self, *, origin=f"http://{HOST}"):
        self.origin = origin
        self.id = secrets.token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.owner = b""

    def create(self, options):
        """Answer what a page asks for that has a passkey made."""
        asked = options["publicKey"]
        self.owner = websafe_decode(asked["user"]["id"])
        said = self._said("webauthn.create", asked["challenge"])
        credential = AttestedCredentialData.create(
            Aaguid.NONE, self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(self._place(), FLAG.UP | FLAG.UV | FLAG.AT, 0, credential)
        made = AttestationObject.create("none", data, {})
        return self._credential(
            {"clientDataJSON": websafe_encode(said), "attestationObject": websafe_encode(made)},
            {"credProps": {"rk": True}},
        )

    def get(self, options, *, is_verified=True):
        """Answer what a page asks for that wants to know who is there."""
        said = self._said("webauthn.get", options["publicKey"]["challenge"])
        flags = FLAG.UP | FLAG.UV if is_verified else FLAG.UP
        data = AuthenticatorData.create(self._place(), flags, 0)
        signed = data + hashlib.sha256(said).digest()
        answer = {
            "clientDataJSON": websafe_encode(said),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": websafe_encode(self.owner),
        }
        return self._credential(answer, {})

    def _said(self, what, challenge):
        return CollectedClientData.create(what, challenge, self.origin)

    def _place(self):
        return hashlib.sha256(HOST.encode()).digest()

    def _credential(self, response, extensions):
        return json.dumps(
            {
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "type": "public-key",
                "authenticatorAttachment": "platform",
                "response": response,
                "clientExtensionResults": extensions,
            }
        )


def options_on(page):
    """Return what a page asks a passkey with."""
    found = re.search(r'data-options="([^"]+)"', page.content.decode())
    return json.loads(html.unescape(found[1]))
