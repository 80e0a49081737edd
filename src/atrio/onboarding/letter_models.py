"""What is written to applicants and limited: reminders, links to go on, codes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from atrio.kernel.ids import new_id


class Reminder(models.Model):
    """A letter about what waits for the customer. One row for each, whoever writes it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(
        "onboarding.Application", on_delete=models.CASCADE, db_index=False
    )
    occasion = models.CharField(max_length=140, help_text="which letter, about which step")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "occasion"], name="reminded_once")
        ]

    def __str__(self) -> str:
        return self.occasion


class LinkRequest(models.Model):
    """Somebody wants the link to what they have begun: of their own application, or by address."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(
        "onboarding.Application", on_delete=models.CASCADE, null=True, db_index=False
    )
    email = models.EmailField(blank=True, help_text="as typed by whoever knows no link, in small")
    visit = models.UUIDField(null=True, help_text="the browser that asked")
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    letters = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["application", "at"], name="link_of_application"),
            models.Index(fields=["email", "at"], name="link_by_address"),
            models.Index(fields=["visit", "at"], name="link_by_browser"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.letters}"


class EmailProof(models.Model):
    """A code sent to an address, kept as a digest; a few tries, a few minutes."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey("onboarding.Application", on_delete=models.CASCADE)
    email = models.EmailField()
    digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    proved_at = models.DateTimeField(null=True)
    typed_by = models.CharField(
        max_length=12,
        default="applicant",
        db_default="applicant",
        help_text="the kind of actor who typed the code last",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["application", "id"], name="proof_in_order"),
            models.Index(Lower("email"), "sent_at", name="proof_to_address"),
        ]

    def __str__(self) -> str:
        return f"{self.email} {'proved' if self.proved_at else 'open'}"
