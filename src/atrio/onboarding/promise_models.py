"""Promises given to customers: the clocks that run, and what was done about those that ran out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from atrio.kernel.ids import new_id


class Promise(models.Model):
    """A deadline with its calendar and its pauses; one application has one of each name at a time.

    `spent` is what had run off when the clock was started last, at `running_since`; a clock that
    is paused has no deadline, only a rest. The terms are copied from the release, so that nothing
    else is read to find what is due.
    """

    class Status(models.TextChoices):
        """BROKEN may still run: what was promised is owed all the same, and somebody is told."""

        RUNNING = "running"
        PAUSED = "paused"
        KEPT = "kept"
        BROKEN = "broken"
        CANCELLED = "cancelled"

    class Level(models.IntegerChoices):
        """How loud it has become."""

        NONE = 0
        WARNED = 1
        BROKEN = 2
        ESCALATED = 3

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(
        "onboarding.Application", on_delete=models.CASCADE, related_name="promises"
    )
    business_unit = models.CharField(max_length=40)
    name = models.CharField(
        max_length=90,
        help_text="access, one of the pack's own, step:<element>, person:<element>",
    )
    person_id = models.UUIDField(null=True, help_text="who has taken the step, or closed it")
    person = models.CharField(max_length=120, blank=True)

    budget = models.DurationField()
    measure = models.CharField(max_length=5, help_text="hours; days: of work")
    counted_on = models.CharField(max_length=7, help_text="always, or the unit's working calendar")
    warn_after = models.DurationField(null=True)
    escalate_after = models.DurationField()
    escalate_to = models.CharField(max_length=20, blank=True, help_text="a role in the unit")

    status = models.CharField(max_length=9, choices=Status.choices, default=Status.RUNNING)
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    spent = models.DurationField()
    paused_since = models.DateTimeField(null=True)
    paused_for = models.CharField(max_length=80, blank=True, help_text="the step a customer owes")
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.NONE)
    next_at = models.DateTimeField(null=True, help_text="when the next level is reached")
    ended_at = models.DateTimeField(null=True)
    # Who had the turn for how long, from start to end; written in the background.
    by_customer = models.DurationField(null=True)
    by_us = models.DurationField(null=True)
    by_others = models.DurationField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "name"],
                condition=Q(ended_at=None),
                name="promise_runs_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False)
                | Q(running_since=None, paused_since__isnull=False, next_at=None)
                | Q(running_since__isnull=False, paused_since=None, due_at__isnull=False),
                name="promise_runs_or_is_paused",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(ended_at=None), name="promise_to_look_at"),
            models.Index(
                fields=["business_unit", "name"], condition=Q(ended_at=None), name="promise_active"
            ),
            models.Index(fields=["business_unit", "ended_at"], name="promise_ended"),
            models.Index(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False, by_us=None),
                name="promise_to_split",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.status}"


class Reached(models.Model):
    """A level that a promise has reached. One row for each, whoever notices it how often."""

    id = models.UUIDField(primary_key=True, default=new_id)
    promise = models.ForeignKey(
        Promise, on_delete=models.CASCADE, db_index=False, related_name="reached"
    )
    application = models.ForeignKey("onboarding.Application", on_delete=models.CASCADE)
    level = models.PositiveSmallIntegerField(choices=Promise.Level.choices)
    due_at = models.DateTimeField(help_text="the deadline as it stood")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["promise", "level"], name="level_reached_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.promise_id}"
