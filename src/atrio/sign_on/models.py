"""Identity providers of companies, and the mail domains they speak for."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from atrio.kernel.ids import new_id


class Provider(models.Model):
    """Who says for a company that somebody is who they are: of a customer, or of our own units."""

    class Kind(models.TextChoices):
        """By which protocol it says so."""

        OIDC = "oidc"
        SAML = "saml"

    id = models.UUIDField(primary_key=True, default=new_id)
    account_id = models.UUIDField(null=True, help_text="of the customer whose people it lets in")
    business_units = ArrayField(
        models.CharField(max_length=40), default=list, help_text="… or codes of our own"
    )
    name = models.CharField(max_length=80, help_text="as its people read it: Ventorim")
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.OIDC)
    issuer = models.CharField(max_length=500, blank=True, help_text="SAML: its entity id")
    client_id = models.CharField(max_length=200, blank=True)
    sealed_secret = models.TextField(blank=True)
    sso_url = models.CharField(max_length=500, blank=True, help_text="SAML: where people are sent")
    certificates = ArrayField(
        models.TextField(), default=list, help_text="SAML: with any of these it signs"
    )
    is_on = models.BooleanField(default=False)
    is_required = models.BooleanField(default=False)
    proves_twice = models.BooleanField(
        default=False, help_text="of our own units: it asks for a second factor by itself"
    )
    came_at = models.DateTimeField(null=True, help_text="when it let somebody in last")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120, help_text="in words")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account_id"], name="sign_on_of_account_once"),
            models.CheckConstraint(
                condition=Q(account_id=None, business_units__len__gt=0)
                | Q(account_id__isnull=False, business_units__len=0, proves_twice=False),
                name="sign_on_of_one_side",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MailDomain(models.Model):
    """A mail domain of a provider; until it is proved it lets nobody in."""

    id = models.UUIDField(primary_key=True, default=new_id)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=200, help_text="in small letters: ventorim.example")
    proved_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True, help_text="when a code was sent there")
    code_digest = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "name"], name="sign_on_domain_once"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(proved_at__isnull=False),
                name="sign_on_domain_of_one_provider",
            ),
        ]

    def __str__(self) -> str:
        return self.name
