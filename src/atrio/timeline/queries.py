"""Read what happened."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from atrio.timeline.models import Entry


def entries_about(application_id: UUID, account_id: UUID | None = None) -> QuerySet[Entry]:
    """Return everything that happened to one application, newest first.

    With the account it has opened, also the end of the access clock, which belongs to that.
    """
    about = Q(application_id=application_id)
    if account_id:
        about |= Q(account_id=account_id, what="price.first_shown")
    return Entry.objects.filter(about).order_by("-id")
