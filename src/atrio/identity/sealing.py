"""Secrets as the database keeps them: a back-up alone opens nothing."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


def seal(text: str) -> str:
    """Return a secret as the database keeps it."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return a secret as it is. Raises cryptography's InvalidToken if no key of ours opens it."""
    return _keys().decrypt(sealed.encode()).decode()


def _keys() -> MultiFernet:
    """Return the keys for secrets: the newest seals, all of them open."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str | bytes) -> bytes:
    digest = hashlib.blake2b(force_bytes(key), digest_size=32, person=b"atrio.factors").digest()
    return base64.urlsafe_b64encode(digest)
