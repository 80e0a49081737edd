"""Findings and decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from atrio.kernel.ids import new_id


class Finding(models.Model):
    """What one source answered to one question about an application."""

    class Outcome(models.TextChoices):
        """Could-not-ask is unknown, never pass."""

        PASS = "pass"  # noqa: S105 - an outcome, not a password
        FAIL = "fail"
        UNKNOWN = "unknown"

    id = models.UUIDField(primary_key=True, default=new_id)
    application_id = models.UUIDField()
    source = models.CharField(max_length=40)
    question = models.CharField(max_length=80)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    summary = models.CharField(max_length=300)
    evidence = models.TextField(blank=True)
    as_of = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["application_id"], name="finding_by_application")]

    def __str__(self) -> str:
        return f"{self.source}: {self.question} {self.outcome}"


class Decision(models.Model):
    """What a table decided, on which facts, in which version."""

    class Outcome(models.TextChoices):
        """What follows."""

        APPROVE = "APPROVE"
        REFER = "REFER"
        DECLINE = "DECLINE"

    id = models.UUIDField(primary_key=True, default=new_id)
    application_id = models.UUIDField()
    table = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reasons = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["application_id"], name="decision_by_application")
        ]

    def __str__(self) -> str:
        return f"{self.table}: {self.outcome}"
