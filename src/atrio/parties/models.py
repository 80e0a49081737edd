"""Accounts, legal entities, contacts, memberships."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from atrio.kernel.ids import new_id


class Account(models.Model):
    """A customer relation with one cabinet."""

    class Origin(models.TextChoices):
        """How the account came to us."""

        APPLICATION = "application"
        IMPORT = "import"

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=200)
    business_unit = models.CharField(max_length=40)
    customer_number = models.CharField(max_length=40, blank=True, help_text="as the ERP calls it")
    price_group = models.CharField(max_length=80, blank=True)
    origin = models.CharField(
        max_length=11,
        choices=Origin.choices,
        default=Origin.APPLICATION,
        db_default=Origin.APPLICATION,
    )
    opened_at = models.DateTimeField()
    first_price_at = models.DateTimeField(null=True, help_text="first article shown with its price")

    def __str__(self) -> str:
        return self.name


class LegalEntity(models.Model):
    """A registered company of an account."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="legal_entities")
    legal_name = models.CharField(max_length=200)
    trade_name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2)
    tax_id_kind = models.CharField(max_length=20)
    tax_id = models.CharField(max_length=40)
    activity = models.CharField(max_length=300, blank=True)
    address = models.JSONField(default=dict)
    domain = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="its registered internet domain: nordlicht.example",
    )
    sources = models.JSONField(
        default=dict, help_text="field → who said so, unless it was the customer"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "tax_id_kind", "tax_id"], name="legal_entity_once"
            )
        ]

    def __str__(self) -> str:
        return self.legal_name


class Contact(models.Model):
    """A person at an account."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=10)
    is_active = models.BooleanField(
        default=True, db_default=True, help_text="still works there, as far as we know"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "email"], name="contact_once")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's seat in an account, and what they may do there."""

    class Role(models.TextChoices):
        """What a customer's person may do."""

        ADMIN = "admin"
        BUYER = "buyer"
        READER = "reader"

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "user"], name="membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.account}"
