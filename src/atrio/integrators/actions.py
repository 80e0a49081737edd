"""Make and revoke keys, and let in whoever holds one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from atrio.integrators.models import ApiKey
from atrio.integrators.queries import MAY_KEEP_KEYS, keys_visible_to
from atrio.integrators.rules import MINUTE, PER_MINUTE, SCOPES, digest_of, new_key
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.timeline.actions import Where, entry, record_all

LONGEST_NAME = 80
LONGEST_KEY = 200


class NothingAllowed(Refused):
    """A key without a name, a business unit or a scope is of no use."""


class TooManyRequests(Refused):
    """The key has asked more often in this minute than anybody may."""


@transaction.atomic
def make_key(
    *, by: Actor, name: str, business_units: Collection[str], scopes: Collection[str], now: datetime
) -> tuple[ApiKey, str]:
    """Make a key and return it with its secret, which nobody can show again.

    Raises NotAllowed, NotFound for a unit that is not the actor's, NothingAllowed.
    """
    _see_that_they_keep_keys(by)
    if not set(business_units) <= by.business_units:
        raise NotFound(_("There is no such business unit."))
    name = " ".join(name.replace("\0", "").split())[:LONGEST_NAME]
    wanted = [scope for scope in SCOPES if scope in scopes]
    if not (name and business_units and wanted):
        raise NothingAllowed(_("Name the program, and choose at least one unit and one right."))
    made = new_key()
    key = ApiKey.objects.create(
        name=name,
        business_units=sorted(business_units),
        scopes=wanted,
        prefix=made.prefix,
        digest=made.digest,
        created_at=now,
        created_by=by.label[:120],
        window_at=now,
    )
    _tell(by, key, "api_key.made", now)
    return key, made.secret


@transaction.atomic
def revoke_key(*, by: Actor, key_id: UUID, now: datetime) -> ApiKey:
    """Let nobody in by this key any more; revoked again, nothing changes.

    An administrator of any of its units may, for whoever finds a key lost must not wait for
    others. Raises NotAllowed, NotFound.
    """
    _see_that_they_keep_keys(by)
    key = keys_visible_to(by).select_for_update().filter(pk=key_id).first()
    if key is None:
        raise NotFound(_("There is no such key."))
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        _tell(by, key, "api_key.revoked", now)
    return key


@dataclass(frozen=True, slots=True)
class LetIn:
    """Who has come in, and how often they may still ask in this minute."""

    actor: Actor
    left: int


# The row is written at once and by itself: nobody who asks at the same time waits for the work.
_COME_IN = """
    update integrators_apikey
    set used_at = %(now)s,
        window_count = case when window_at <= %(since)s then 1 else window_count + 1 end,
        window_at = case when window_at <= %(since)s then %(now)s else window_at end
    where digest = %(digest)s and revoked_at is null
    returning id, name, scopes, business_units, window_count
"""


def let_in(*, secret: str, now: datetime) -> LetIn | None:
    """Return who holds this key, None if nobody does (any more); counts the request.

    Raises TooManyRequests.
    """
    if len(secret) > LONGEST_KEY:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_COME_IN, {"now": now, "since": now - MINUTE, "digest": digest_of(secret)})
        found = cursor.fetchone()
    if found is None:
        return None
    key_id, name, scopes, business_units, count = found
    if count > PER_MINUTE:
        raise TooManyRequests(_("Too many requests. Wait a minute, and ask less often."))
    actor = Actor(
        kind="integrator",
        id=str(key_id),
        label=name,
        roles=frozenset(scopes),
        business_units=frozenset(business_units),
    )
    return LetIn(actor, PER_MINUTE - count)


def _see_that_they_keep_keys(by: Actor) -> None:
    if by.kind != "staff" or not by.has_role(*MAY_KEEP_KEYS):
        raise NotAllowed(_("Only administrators keep the keys of programs."))


def _tell(by: Actor, key: ApiKey, what: str, now: datetime) -> None:
    said = {"name": key.name, "prefix": key.prefix, "scopes": key.scopes}
    record_all(
        [
            entry(by=by, what=what, where=Where(business_unit=unit), now=now, **said)
            for unit in key.business_units
        ]
    )
