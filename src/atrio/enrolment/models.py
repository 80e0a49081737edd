"""Runs, issues, imprints."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from atrio.kernel.ids import new_id
from atrio.outside.models import Connection


class ImportRun(models.Model):
    """One import of a business unit's customers. It is cut short by nothing but its end."""

    class Phase(models.TextChoices):
        """What is read, in this order."""

        ERP = "erp"
        CRM_ACCOUNTS = "crm_accounts"
        CRM_LINKS = "crm_links"

    class Status(models.TextChoices):
        """How it stands."""

        RUNNING = "running"
        WAITING = "waiting"  # for a system that does not answer; it goes on by itself
        STOPPED = "stopped"  # by a refusal; a person lets it go on
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=new_id)
    business_unit = models.CharField(max_length=40)
    by_label = models.CharField(max_length=120)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.RUNNING)
    phase = models.CharField(max_length=12, choices=Phase.choices, default=Phase.ERP)
    cursor = models.TextField(blank=True, help_text="the last record that was taken")
    counts = models.JSONField(default=dict, help_text="phase → what → how many")
    error = models.CharField(max_length=300, blank=True)
    tries = models.PositiveIntegerField(default=0, help_text="in vain, since the last page")
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["business_unit"],
                condition=~Q(status="done"),
                name="one_import_at_a_time",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["business_unit", "-started_at"], name="import_run_of_unit")
        ]

    def __str__(self) -> str:
        return f"{self.business_unit} {self.started_at:%Y-%m-%d %H:%M}"


class ImportIssue(models.Model):
    """A record that a person must look at: left out, or taken over with a doubt."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="issues")
    system = models.SlugField(help_text="code of the connection")
    outside_id = models.CharField(max_length=200, help_text="over there")
    what = models.CharField(max_length=20)
    about = models.CharField(max_length=200, blank=True, help_text="whose, or which value")
    details = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            # A page that comes again after a cut says nothing twice.
            models.UniqueConstraint(
                fields=["run", "system", "outside_id", "what", "about"], name="import_issue_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "what", "id"], name="import_issue_by_what")
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.outside_id}: {self.what}"


class Imprint(models.Model):
    """What one system said of a record when it was last imported."""

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=40)  # "account", "contact"
    outside_id = models.CharField(max_length=320)
    object_id = models.UUIDField(help_text="what it became with us")
    is_origin = models.BooleanField(default=False, help_text="with us it came into being by this")
    values = models.JSONField(default=dict)
    # Nobody asks by it alone, and each run writes it anew into every account's row.
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "kind", "outside_id"], name="one_imprint_per_outside_id"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["object_id"], name="imprint_of_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.outside_id}"
