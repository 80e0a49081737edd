"""What one of ours did for somebody who applies: wrote, called, filled in for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from atrio.kernel.ids import new_id


class Help(models.Model):
    """One thing that one of ours did for an applicant, who may read who it was, and when."""

    class Kind(models.TextChoices):
        """FILLED_IN is a step whose answers somebody of ours typed, as the customer said them.

        WITHDREW took back the application at the customer's word, NO_CREDIT only the request for a
        credit line.
        """

        WROTE = "wrote"
        CALLED = "called"
        FILLED_IN = "filled_in"
        WITHDREW = "withdrew"
        NO_CREDIT = "no_credit"

    class Heard(models.TextChoices):
        """How the customer's word came to us."""

        TELEPHONE = "telephone"
        COUNTER = "counter"
        LETTER = "letter"
        EMAIL = "email"
        API = "api"  # a program says that they said so

    class Outcome(models.TextChoices):
        """How a call ended."""

        REACHED = "reached"
        NOT_REACHED = "not_reached"
        WILL_CALL = "will_call"  # we call again, at `call_at`

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey("onboarding.Application", on_delete=models.CASCADE)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    step = models.CharField(max_length=80, blank=True, help_text="where the customer stood")
    channel = models.CharField(
        max_length=9, choices=Heard.choices, blank=True, help_text="how the customer's word came"
    )
    said_by = models.CharField(
        max_length=120, blank=True, default="", db_default="", help_text="whose word it was"
    )
    outcome = models.CharField(max_length=11, choices=Outcome.choices, blank=True)
    text = models.TextField(
        blank=True, help_text="what was written to the customer, or noted for colleagues"
    )
    call_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by_id = models.CharField(max_length=40)
    by_label = models.CharField(max_length=120)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["application", "-id"], name="help_latest")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(call_at=None) | Q(kind="called"), name="only_calls_are_called_again"
            )
        ]

    def __str__(self) -> str:
        return f"{self.by_label} {self.kind}"
