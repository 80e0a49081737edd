import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_APPLICATION, protect


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0011_to_remind_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="helped_at",
            field=models.DateTimeField(
                help_text="when one of ours last helped; nobody looks for help there is none of",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="Help",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("wrote", "Wrote"),
                            ("called", "Called"),
                            ("filled_in", "Filled In"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        blank=True, help_text="where the customer stood", max_length=80
                    ),
                ),
                (
                    "channel",
                    models.CharField(blank=True, help_text="counter or telephone", max_length=9),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reached", "Reached"),
                            ("not_reached", "Not Reached"),
                            ("will_call", "Will Call"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        help_text="what was written to the customer, or noted of a call for colleagues",
                    ),
                ),
                ("call_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField()),
                ("by_id", models.CharField(max_length=40)),
                ("by_label", models.CharField(max_length=120)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="onboarding.application"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["application", "-id"], name="help_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("call_at", None), ("kind", "called"), _connector="OR"),
                        name="only_calls_are_called_again",
                    )
                ],
            },
        ),
        protect(
            "onboarding_help", rule=OF_APPLICATION, column="application_id", web_may_write=False
        ),
    ]
