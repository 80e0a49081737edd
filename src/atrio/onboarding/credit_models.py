"""The word of an account's admin that a request for a credit line is taken back."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from atrio.kernel.ids import new_id


class CreditWithdrawal(models.Model):
    """One wish of an admin. Members see no applications: the background brings it to theirs."""

    class Status(models.TextChoices):
        """TOO_LATE: it had been decided before, and the credit line may be in the ERP."""

        OPEN = "open"
        TAKEN = "taken"
        TOO_LATE = "too_late"

    id = models.UUIDField(primary_key=True, default=new_id)
    account_id = models.UUIDField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    asked_by_label = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account_id", "-id"], name="credit_withdrawal_latest")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account_id"], condition=Q(status="open"), name="credit_withdrawn_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.status}"
