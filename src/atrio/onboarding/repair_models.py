"""One person's word to try many failed calls again, and what came of each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from atrio.kernel.ids import new_id


class RepairRun(models.Model):
    """Many equal failures that somebody has had tried again at once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    system = models.CharField(max_length=50, blank=True, help_text="the connection that was asked")
    call = models.CharField(max_length=80)
    error_code = models.CharField(max_length=40)
    kind = models.CharField(max_length=500, blank=True, help_text="what the failures had in common")
    by_id = models.UUIDField()
    by_label = models.CharField(max_length=120)
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.call} by {self.by_label}"


class RepairItem(models.Model):
    """One failed call of a run."""

    class Status(models.TextChoices):
        """TRIED: the call was queued anew; REFUSED: there was nothing to do, or not by them."""

        WAITING = "waiting"
        TRIED = "tried"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_id)
    run = models.ForeignKey(RepairRun, on_delete=models.CASCADE, related_name="items")
    application = models.ForeignKey("onboarding.Application", on_delete=models.CASCADE)
    call = models.ForeignKey("onboarding.Call", on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.WAITING)
    refusal = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "call"], name="tried_once_in_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.status}"
