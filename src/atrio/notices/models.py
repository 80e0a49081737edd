"""The outbox."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from atrio.kernel.ids import new_id


class Message(models.Model):
    """One message to one person, as rendered. `key` keeps it from being sent twice."""

    class Status(models.TextChoices):
        """Where the message is."""

        QUEUED = "queued"
        SENT = "sent"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.CharField(max_length=120, unique=True)
    notice = models.CharField(max_length=80)
    to = models.EmailField()
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    is_secret = models.BooleanField(default=False, help_text="carries a code: not for staff's eyes")
    application_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
    business_unit = models.CharField(max_length=40, blank=True, help_text="whose staff may read it")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["application_id"], name="message_by_application"),
            models.Index(fields=["business_unit", "-id"], name="message_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.notice} → {self.to}"
