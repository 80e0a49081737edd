"""Articles and personal prices."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from atrio.kernel.ids import new_id
from atrio.parties.models import Account


class Article(models.Model):
    """An article of one ERP's catalogue, as last mirrored."""

    id = models.UUIDField(primary_key=True, default=new_id)
    erp = models.SlugField(max_length=40)
    number = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=40)
    list_price = models.DecimalField(max_digits=14, decimal_places=4)
    currency = models.CharField(max_length=3)
    words = models.TextField(help_text="number, name and category as they are searched")
    is_for_sale = models.BooleanField(default=True)
    mirrored_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["erp", "number"], name="article_once")
        ]
        indexes: ClassVar = [models.Index(fields=["erp", "name", "id"], name="article_by_name")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class PersonalPrice(models.Model):
    """What one account pays for one article, as the ERP said at `as_of`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    article = models.ForeignKey(Article, on_delete=models.CASCADE)
    amount = models.DecimalField(
        max_digits=14, decimal_places=4, null=True, help_text="none: the ERP knows no price"
    )
    currency = models.CharField(max_length=3)
    as_of = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "article"], name="personal_price_once")
        ]

    def __str__(self) -> str:
        return f"{self.article}: {self.amount} {self.currency}"
