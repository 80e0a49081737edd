"""The one table of what happened."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from atrio.kernel.ids import new_id


class Entry(models.Model):
    """One thing that happened, in the past tense: `step.completed`, `page.viewed`.

    The columns that every report groups by are columns; the rest is `data`. Before there is an
    application, `visit` ties together what one browser did. Ids grow with time, so ordering by
    id is ordering by time.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField()
    what = models.CharField(max_length=60)
    by_kind = models.CharField(max_length=12)
    by_id = models.CharField(max_length=64)
    by_label = models.CharField(max_length=120, blank=True)
    visit = models.UUIDField(null=True)
    application_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
    release_id = models.UUIDField(null=True)
    step = models.CharField(max_length=80, blank=True)
    branch = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, blank=True)
    business_unit = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["application_id", "id"], name="entry_by_application"),
            models.Index(fields=["account_id", "id"], name="entry_by_account"),
            models.Index(fields=["what", "at"], name="entry_by_kind"),
            models.Index(fields=["visit", "at"], name="entry_by_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}"
