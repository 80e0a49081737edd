"""Postcodes and their places."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from atrio.kernel.ids import new_id


class Postcode(models.Model):
    """One place that has a postcode; a code of several places has a row for each."""

    id = models.UUIDField(primary_key=True, default=new_id)
    country = models.CharField(max_length=2)
    code = models.CharField(max_length=12, help_text="capitals and digits without separators")
    city = models.CharField(max_length=80)
    region = models.CharField(
        max_length=10,
        blank=True,
        help_text="ISO 3166-2 without the country; empty where addresses have none",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "code", "city", "region"], name="place_of_a_postcode_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.country}-{self.code} {self.city}"
