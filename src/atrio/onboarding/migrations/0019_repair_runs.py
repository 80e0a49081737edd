import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_APPLICATION, OF_USER, protect


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0018_who_typed_the_code")]

    operations = [
        migrations.CreateModel(
            name="RepairRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "system",
                    models.CharField(
                        blank=True, help_text="the connection that was asked", max_length=50
                    ),
                ),
                ("call", models.CharField(max_length=80)),
                ("error_code", models.CharField(max_length=40)),
                (
                    "kind",
                    models.CharField(
                        blank=True, help_text="what the failures had in common", max_length=500
                    ),
                ),
                ("by_id", models.UUIDField()),
                ("by_label", models.CharField(max_length=120)),
                ("started_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RepairItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("tried", "Tried"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("refusal", models.CharField(blank=True, max_length=300)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="onboarding.application"
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="onboarding.call",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="onboarding.repairrun",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="repairitem",
            constraint=models.UniqueConstraint(fields=("run", "call"), name="tried_once_in_a_run"),
        ),
        # Of no customer: what a system said about many of them is for staff alone.
        protect("onboarding_repairrun", rule=OF_USER, column="by_id", web_may_write=False),
        protect(
            "onboarding_repairitem",
            rule=OF_APPLICATION,
            column="application_id",
            web_may_write=False,
        ),
    ]
