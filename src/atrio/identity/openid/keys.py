"""The keys we sign with: each is published a day before it signs, and a day after it has."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.idp.oidc.models import PrivateKey
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import transaction
from django.db.models import Q

from atrio.identity.models import SigningKey
from atrio.identity.sealing import seal, unseal

SIGNS_FOR = timedelta(days=90)
# Longer than any shop may keep what it has fetched, and than any token lives.
OVERLAP = timedelta(days=1)
_BITS = 2048


def private_keys(*, now: datetime) -> list[PrivateKey]:
    """Return the keys that are published now; the first is made when there is none."""
    living = SigningKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    rows = list(living.order_by("made_at")) or [_make(now=now, signs_from=now)]
    return [
        PrivateKey(
            pem=unseal(row.sealed),
            issued_at=row.made_at,
            not_before=row.signs_from,
            expires_at=row.expires_at,
        )
        for row in rows
    ]


@transaction.atomic
def rotate_keys(*, now: datetime) -> None:
    """Make a new key when the newest has signed long enough; forget those that are over."""
    SigningKey.objects.filter(expires_at__lte=now).delete()
    newest = SigningKey.objects.select_for_update().order_by("-made_at").first()
    if newest is None or now - newest.made_at < SIGNS_FOR:
        return
    made = _make(now=now, signs_from=now + OVERLAP)
    older = SigningKey.objects.filter(expires_at=None).exclude(pk=made.pk)
    older.update(expires_at=made.signs_from + OVERLAP)


def _make(*, now: datetime, signs_from: datetime) -> SigningKey:
    pem = rsa.generate_private_key(public_exponent=65537, key_size=_BITS).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SigningKey.objects.create(sealed=seal(pem.decode()), made_at=now, signs_from=signs_from)
