"""A step that somebody else at the company was asked to fill in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from atrio.kernel.ids import new_id


class Delegation(models.Model):
    """Somebody was asked to fill in one open step, by a link that opens it and nothing else.

    Whether it is still owed is said by the step: once that is closed, whoever closed it, nothing
    more is. So answering writes nothing here.
    """

    class Ended(models.TextChoices):
        """Why it ended before the step did; RAN_OUT: its time did, and somebody was asked anew."""

        NOT_YET = ""
        TAKEN_BACK = "taken_back"
        DECLINED = "declined"
        RETURNED = "returned"  # the letter came back
        RAN_OUT = "ran_out"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(
        "onboarding.Application", on_delete=models.CASCADE, db_index=False
    )
    step = models.ForeignKey("onboarding.Step", on_delete=models.CASCADE, db_index=False)
    name = models.CharField(max_length=80, help_text="of the delegate, as whoever asks calls them")
    email = models.EmailField()
    note = models.CharField(max_length=300, blank=True, help_text="read on the page, never by mail")
    asked_by_kind = models.CharField(max_length=12)
    asked_by_id = models.CharField(max_length=40)
    asked_by_label = models.CharField(
        max_length=80, help_text="at whose word, as the delegate reads it"
    )
    helper_label = models.CharField(
        max_length=120,
        blank=True,
        default="",
        help_text="of ours, who asked at the applicant's word",
    )
    asked_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, choices=Ended.choices, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["application", "-id"], name="delegation_latest"),
            models.Index(Lower("email"), "asked_at", name="delegation_to_address"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["step"], condition=Q(ended=""), name="delegated_to_one"
            ),
            models.CheckConstraint(
                condition=Q(ended="", ended_at=None) | ~Q(ended="") & Q(ended_at__isnull=False),
                name="delegation_ends_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.ended or 'asked'}"
