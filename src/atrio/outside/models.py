"""What we keep of the systems we do not run: how to reach them, what is whose, what was said."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _


class Connection(models.Model):
    """One configured copy of an outside system. Its secret stands in the settings, never here."""

    class Port(models.TextChoices):
        """What may be asked of it."""

        ERP = "erp", _("ERP")
        REGISTRY = "registry", _("Company register")
        CRM = "crm", _("CRM")
        SMS = "sms", _("Text messages")
        SHOP = "shop", _("Outside shop")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.SlugField(unique=True)
    port = models.CharField(max_length=20, choices=Port.choices)
    product = models.SlugField()
    base_url = models.CharField(max_length=500, blank=True)
    options = models.JSONField(default=dict, blank=True)
    # "" is the connection of every business unit that has none of its own.
    business_unit = models.SlugField(blank=True, default="")
    created_at = models.DateTimeField()
    # The breaker; outside/breaker.py says what these mean.
    failures = models.PositiveIntegerField(default=0, db_default=0)
    silent_since = models.DateTimeField(null=True, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.code


class Link(models.Model):
    """Our object and its id in an outside system."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField(max_length=40)  # "account"
    object_id = models.UUIDField()
    outside_id = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind", "object_id"], name="one_outside_id_per_object"
            ),
            models.UniqueConstraint(
                fields=["connection", "kind", "outside_id"], name="one_object_per_outside_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} = {self.outside_id}"


class Delivery(models.Model):
    """One exchange with an outside system: what was sent and what came back, without secrets."""

    class Outcome(models.TextChoices):
        """How the exchange ended, as `kernel.errors` tells the ends apart."""

        OK = "ok", _("Answered")
        BUSY = "busy", _("To be tried again")
        NO_ANSWER = "no_answer", _("Sent, no answer")
        FAILED = "failed", _("Refused")

    # Without an index of its own: the one by connection and time serves as well.
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    application_id = models.UUIDField(null=True, blank=True)
    call_id = models.UUIDField(null=True, blank=True)
    operation = models.CharField(max_length=60)  # "erp.create_customer"
    key = models.CharField(max_length=200, blank=True, default="")
    attempt = models.PositiveIntegerField(default=1)
    request = models.TextField()
    answer = models.TextField(blank=True, default="")
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField()  # or the moment we gave up

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["application_id", "sent_at"], name="delivery_of_application"),
            models.Index(
                fields=["connection", "sent_at"],
                include=["answered_at", "outcome"],
                name="delivery_of_connection",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.outcome}"
