"""Keys of programs, what they were answered, and where events are sent for them."""

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


class Endpoint(models.Model):
    """Where a program wants to hear of events. Its secret is derived and stands nowhere."""

    class Stop(models.TextChoices):
        """Why nothing is sent there any more."""

        NONE = ""
        GONE = "gone"  # it answered 410
        REMOVED = "removed"

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="endpoints")
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=40), help_text="types of events")
    secret_number = models.PositiveIntegerField(default=1, help_text="grows with each rotation")
    rotated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    stopped = models.CharField(max_length=8, choices=Stop.choices, blank=True, default="")

    def __str__(self) -> str:
        return self.url


class EventDelivery(models.Model):
    """One event for one endpoint, with every attempt to send it."""

    class Status(models.TextChoices):
        """FAILED is after the last attempt: only a person, or its program, sends it again."""

        QUEUED = "queued"
        DELIVERED = "delivered"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField(help_text="the same for every endpoint and every attempt")
    type = models.CharField(max_length=40)
    application_id = models.UUIDField(null=True, help_text="which it is about, if it is")
    body = models.TextField(help_text="JSON, to the letter as it is signed")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    attempts = models.JSONField(default=list, help_text="at, status or error, milliseconds")
    round = models.PositiveSmallIntegerField(default=0, help_text="attempts since sent again")
    next_try_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="event_sent_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["endpoint", "-id"], name="event_delivery_latest"),
            models.Index(fields=["created_at"], name="event_delivery_age"),
        ]

    @property
    def public_id(self) -> str:
        """Return how receivers know the event: its webhook-id."""
        return f"msg_{self.event_id.hex}"

    def __str__(self) -> str:
        return f"{self.type} {self.status}"
