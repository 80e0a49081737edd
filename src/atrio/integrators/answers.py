"""Do what is asked once, however often it is asked: an idempotency key names the request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from atrio.integrators.models import KeptAnswer
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as, set_context
from atrio.kernel.errors import Refused
from atrio.kernel.ids import new_id


class KeyOfAnother(Refused):
    """This idempotency key has named another request already."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered; `is_told_again` says that nothing was done for it this time."""

    status: int
    body: str  # JSON
    is_told_again: bool = False


# Whoever sends the same request at the same time waits here until the first is answered.
_CLAIM = """
    insert into integrators_keptanswer (id, key_id, name, asked, status, body, at)
    values (%s, %s, %s, %s, 0, '', %s) on conflict (key_id, name) do nothing
"""


def answer_once(
    *, by: Actor, name: str, asked: bytes, now: datetime, make: Callable[[], Answer]
) -> Answer:
    """Return what `make` returns, or what it returned when the same was asked before.

    The work and its answer are of one transaction: either both are there, or neither. `make` runs
    in it and may act as somebody else. Raises KeyOfAnother.
    """
    with acting_as(by):
        if not _is_ours(by, name, asked, now):
            kept = KeptAnswer.objects.get(key_id=UUID(by.id), name=name)
            if bytes(kept.asked) != asked:
                raise KeyOfAnother(_("This Idempotency-Key was used for another request."))
            return Answer(kept.status, kept.body, is_told_again=True)
        answer = make()
        set_context(by)
        KeptAnswer.objects.filter(key_id=UUID(by.id), name=name).update(
            status=answer.status, body=answer.body
        )
        return answer


def _is_ours(by: Actor, name: str, asked: bytes, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, (new_id(), by.id, name, asked, now))
        return bool(cursor.rowcount)
