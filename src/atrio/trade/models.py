"""Articles, personal prices, credit lines, and what shops elsewhere know of accounts."""

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


class CreditLine(models.Model):
    """What one account may owe, as the ERP said when it was set, and what was asked for since.

    Whoever has a line and asks for another one keeps theirs until that is decided.
    """

    class Request(models.TextChoices):
        """How the last request stands."""

        NONE = ""  # none was made, or it was granted or withdrawn
        ASKED = "asked"
        PAUSED = "paused"  # the customer owes us something
        GRANTED = "granted"  # and not yet in the ERP
        DENIED = "denied"

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="credit_line")
    limit = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, help_text="none: there is no line"
    )
    currency = models.CharField(max_length=3, blank=True)
    payment_term = models.CharField(max_length=80, blank=True, help_text="as the ERP calls it")
    source = models.CharField(max_length=50, blank=True, help_text="the connection that said so")
    set_at = models.DateTimeField(null=True, help_text="when it was read back")
    request = models.CharField(
        max_length=7, choices=Request.choices, blank=True, default=Request.NONE
    )
    asked_at = models.DateTimeField(null=True)
    decide_by = models.DateTimeField(null=True, help_text="what we have promised")
    reason = models.TextField(blank=True, help_text="why it was denied, as the customer reads it")

    def __str__(self) -> str:
        return f"credit line of {self.account_id}: {self.limit} {self.currency} {self.request}"


class ShopCustomer(models.Model):
    """What a shop elsewhere was told last of one account, and what came of it."""

    class State(models.TextChoices):
        """How the last try ended."""

        TOLD = "told"
        BUSY = "busy"  # to be tried again by itself
        REFUSED = "refused"  # a person must look

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="shop_customers")
    shop = models.CharField(max_length=50, help_text="code of the connection")
    state = models.CharField(max_length=7, choices=State.choices)
    told = models.JSONField(null=True, help_text="what the shop has confirmed; none: nothing yet")
    tried = models.JSONField(null=True, help_text="what it was to be told the last time")
    outside_id = models.CharField(max_length=200, blank=True)
    tries = models.PositiveIntegerField(default=0, help_text="in vain, since it was told last")
    try_at = models.DateTimeField(null=True, help_text="the next try, where it was busy")
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True, help_text="for our own people")
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "shop"], name="shop_customer_once")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.shop}: {self.state}"
