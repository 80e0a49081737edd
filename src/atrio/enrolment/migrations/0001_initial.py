import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("outside", "0002_more_connections"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("business_unit", models.CharField(max_length=40)),
                ("by_label", models.CharField(max_length=120)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("waiting", "Waiting"),
                            ("stopped", "Stopped"),
                            ("done", "Done"),
                        ],
                        default="running",
                        max_length=8,
                    ),
                ),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("erp", "Erp"),
                            ("crm_accounts", "Crm Accounts"),
                            ("crm_links", "Crm Links"),
                        ],
                        default="erp",
                        max_length=12,
                    ),
                ),
                (
                    "cursor",
                    models.CharField(
                        blank=True, help_text="the last record that was taken", max_length=200
                    ),
                ),
                ("counts", models.JSONField(default=dict, help_text="phase → what → how many")),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "tries",
                    models.PositiveIntegerField(
                        default=0, help_text="in vain, since the last page"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("moved_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["business_unit", "-started_at"], name="import_run_of_unit")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "done"), _negated=True),
                        fields=("business_unit",),
                        name="one_import_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportIssue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("system", models.SlugField(help_text="code of the connection")),
                ("outside_id", models.CharField(help_text="over there", max_length=200)),
                ("what", models.CharField(max_length=20)),
                (
                    "about",
                    models.CharField(blank=True, help_text="whose, or which value", max_length=200),
                ),
                ("details", models.JSONField(default=dict)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="issues",
                        to="enrolment.importrun",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["run", "what", "id"], name="import_issue_by_what")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "system", "outside_id", "what", "about"),
                        name="import_issue_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Imprint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("outside_id", models.CharField(max_length=320)),
                ("object_id", models.UUIDField(help_text="what it became with us")),
                (
                    "is_origin",
                    models.BooleanField(
                        default=False, help_text="with us it came into being by this"
                    ),
                ),
                ("values", models.JSONField(default=dict)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outside.connection",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enrolment.importrun",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["object_id"], name="imprint_of_object")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "kind", "outside_id"),
                        name="one_imprint_per_outside_id",
                    )
                ],
            },
        ),
        # What other systems say of customers, and of one next to another, is for staff.
        protect("enrolment_importissue", rule="false", column="", web_may_write=False),
        protect("enrolment_imprint", rule="false", column="", web_may_write=False),
    ]
