"""The demonstration's program: a key with which the example of docs/api.md comes in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from atrio.identity.queries import users_by_email
from atrio.integrators.actions import let_in, make_key
from atrio.integrators.rules import SCOPES
from atrio.seller.queries import staff_actor
from atrio.site.demo.personas import STAFF

NAME = "Example program"


def example_key(file: Path, *, now: datetime) -> str:
    """Return the key that is kept in a file; made where there is none, or it opens nothing.

    Every demonstration has one of its own, and only the file's owner can read it.
    """
    kept = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    if kept and let_in(secret=kept, now=now):
        return kept
    admin = next(persona for persona in STAFF if "admin" in persona.roles)
    user = users_by_email([admin.email])[admin.email]
    by = staff_actor(user.pk, admin.name)
    if by is None:
        raise LookupError(f"{admin.name} does not work here")
    _key, secret = make_key(
        by=by, name=NAME, business_units=by.business_units, scopes=SCOPES, now=now
    )
    file.touch(mode=0o600)
    file.write_text(secret, encoding="utf-8")
    return secret
