"""Read what happened."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from atrio.timeline.models import Entry


def entries_about(application_id: UUID) -> QuerySet[Entry]:
    """Return everything that happened to one application, newest first."""
    return Entry.objects.filter(application_id=application_id).order_by("-id")
