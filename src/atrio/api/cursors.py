"""Lists, page by page: a cursor names the last row that was told, so that none is told twice."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Annotated, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from ninja import Query

from atrio.kernel.errors import Refused

Row = TypeVar("Row", bound=Model)
MOST, USUAL = 100, 25

Cursor = Annotated[
    str,
    Query(
        max_length=40,
        pattern=r"^[A-Za-z0-9_-]*$",
        description="`next_cursor` of the page before; empty: the first page.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many rows at most.")]


class NoCursor(Refused):
    """This is no cursor of ours."""


def page_of(rows: QuerySet[Row], *, cursor: str, limit: int) -> tuple[list[Row], str]:
    """Return a page of rows, newest first, and the next one's cursor, "" after the last.

    Ids grow with time: what is added meanwhile comes before the first page. Raises NoCursor.
    """
    rows = rows.order_by("-id")
    if cursor:
        rows = rows.filter(pk__lt=_read(cursor))
    found = list(rows[: limit + 1])
    return found[:limit], _written(found[limit - 1].pk) if len(found) > limit else ""


def _written(row_id: UUID) -> str:
    return urlsafe_b64encode(row_id.bytes).rstrip(b"=").decode()


def _read(cursor: str) -> UUID:
    try:
        return UUID(bytes=urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, NotBase64):
        raise NoCursor(_("This is no cursor of ours.")) from None
