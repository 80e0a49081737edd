"""Keys of programs, and what they were answered."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from atrio.kernel.ids import new_id


class ApiKey(models.Model):
    """What lets a program in. The key itself is shown once; here stands only its digest."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=80, help_text="the program, as customers and staff read it")
    business_units = ArrayField(models.CharField(max_length=40), help_text="codes")
    scopes = ArrayField(models.CharField(max_length=30))
    prefix = models.CharField(max_length=20, help_text="how the key begins, to tell it by")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120, help_text="who made it, in words")
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    window_at = models.DateTimeField(help_text="since when its requests of this minute are counted")
    window_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} {self.prefix}…"


class KeptAnswer(models.Model):
    """What a request that changes something was answered, for a day: sent again, it gets the same.

    `status` is 0 while the request is being worked on, which nobody else ever sees: the row comes
    into being with the transaction that does the work.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=128, help_text="the request's idempotency key")
    asked = models.BinaryField(max_length=32, help_text="a digest of what was asked")
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True, default="", help_text="JSON, to the letter as it was sent")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "name"], name="answered_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.status}"
