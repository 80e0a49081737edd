"""The one table of the kernel that Django knows."""

from __future__ import annotations

from django.db import models


class Cached(models.Model):
    """A row of Django's cache in the database, shared by all processes.

    What limits tries (codes, sign-ins) must count in one place: with a cache per process, two
    web processes would allow twice as many.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "kernel_cached"

    def __str__(self) -> str:
        return self.cache_key
