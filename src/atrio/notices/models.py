"""The outbox."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from atrio.kernel.ids import new_id


class Message(models.Model):
    """One message to one person, as rendered. `key` keeps it from being sent twice.

    The job of the `attempts`-th try, and no other, may send it; whoever holds its lock is at it.
    """

    class Channel(models.TextChoices):
        """Which way it goes."""

        EMAIL = "email"
        SMS = "sms"

    class Status(models.TextChoices):
        """Where the message is."""

        QUEUED = "queued"  # waits for its first or its next try
        SENDING = "sending"  # somebody is at it, or died over it
        SENT = "sent"  # whoever carries it on has taken it
        DELIVERED = "delivered"  # and says that it arrived
        BOUNCED = "bounced"  # nobody can be reached there
        FAILED = "failed"  # given up: nobody took it

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.CharField(max_length=120, unique=True)
    notice = models.CharField(max_length=80)
    channel = models.CharField(
        max_length=5, choices=Channel.choices, default=Channel.EMAIL, db_default="email"
    )
    to = models.CharField(max_length=254, help_text="an email address, or a number in E.164")
    sender = models.CharField(
        max_length=340,
        blank=True,
        default="",
        db_default="",
        help_text="as it stands in the message",
    )
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    instead = models.JSONField(
        null=True, help_text="the email (to, text, html) that goes if the text message cannot"
    )
    is_secret = models.BooleanField(default=False, help_text="carries a code: not for staff's eyes")
    can_wait = models.BooleanField(
        default=False, db_default=False, help_text="keeps to quiet hours, whatever its channel"
    )
    application_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
    business_unit = models.CharField(max_length=40, blank=True, help_text="whose staff may read it")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="tries that came to nothing"
    )
    due_at = models.DateTimeField(null=True, help_text="when it is tried, if it has to wait")
    receipt = models.CharField(
        max_length=120, blank=True, default="", db_default="", help_text="what the carrier calls it"
    )
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["application_id"], name="message_by_application"),
            models.Index(fields=["business_unit", "-id"], name="message_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.notice} → {self.to}"
