"""Rows that benchmark jobs write."""

from django.db import models


class Counter(models.Model):
    """A row that a job updates."""

    hits = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.hits} hits"


class Start(models.Model):
    """When a job was queued and when it started, by this machine's clock."""

    queued = models.FloatField()
    started = models.FloatField()

    def __str__(self) -> str:
        return f"{self.started - self.queued:.3f} s"
