"""Releases: packs, frozen."""

from __future__ import annotations

from django.db import models

from atrio.kernel.ids import new_id


class Release(models.Model):
    """One frozen version of a pack. Applications keep theirs for life; no row is ever changed.

    `content` is an archive that any unzip opens; the same files always give the same bytes.
    An older content may be published again, so the SHA-256 is not unique.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pack = models.CharField(max_length=40)
    business_unit = models.SlugField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="code of the unit that has it its own way; empty: for all others",
    )
    version = models.PositiveIntegerField(help_text="counts from 1 within the pack and the unit")
    sha256 = models.CharField(max_length=64, db_index=True)
    content = models.BinaryField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "business_unit", "version"], name="one_release_per_version"
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.pack, self.business_unit, str(self.version)]))
