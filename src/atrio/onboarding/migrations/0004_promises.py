import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_APPLICATION, protect


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0003_owned_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="clocks",
            field=models.JSONField(
                db_default={},
                default=dict,
                help_text="which promises run, so that nobody looks for them",
            ),
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("business_unit", models.CharField(max_length=40)),
                (
                    "name",
                    models.CharField(
                        help_text="access, one of the pack's own, step:<element>, person:<element>",
                        max_length=90,
                    ),
                ),
                (
                    "person_id",
                    models.UUIDField(help_text="who has taken the step, or closed it", null=True),
                ),
                ("person", models.CharField(blank=True, max_length=120)),
                ("budget", models.DurationField()),
                ("measure", models.CharField(help_text="hours; days: of work", max_length=5)),
                (
                    "counted_on",
                    models.CharField(
                        help_text="always, or the unit's working calendar", max_length=7
                    ),
                ),
                ("warn_after", models.DurationField(null=True)),
                ("escalate_after", models.DurationField()),
                (
                    "escalate_to",
                    models.CharField(blank=True, help_text="a role in the unit", max_length=20),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("kept", "Kept"),
                            ("broken", "Broken"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="running",
                        max_length=9,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("running_since", models.DateTimeField(null=True)),
                ("spent", models.DurationField()),
                ("paused_since", models.DateTimeField(null=True)),
                (
                    "paused_for",
                    models.CharField(
                        blank=True, help_text="the step a customer owes", max_length=80
                    ),
                ),
                ("warn_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("escalate_at", models.DateTimeField(null=True)),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "None"), (1, "Warned"), (2, "Broken"), (3, "Escalated")],
                        default=0,
                    ),
                ),
                (
                    "next_at",
                    models.DateTimeField(help_text="when the next level is reached", null=True),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("by_customer", models.DurationField(null=True)),
                ("by_us", models.DurationField(null=True)),
                ("by_others", models.DurationField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="promises",
                        to="onboarding.application",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reached",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "None"), (1, "Warned"), (2, "Broken"), (3, "Escalated")]
                    ),
                ),
                ("due_at", models.DateTimeField(help_text="the deadline as it stood")),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="onboarding.application"
                    ),
                ),
                (
                    "promise",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reached",
                        to="onboarding.promise",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["next_at"],
                name="promise_to_look_at",
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["business_unit", "name"],
                name="promise_active",
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["business_unit", "ended_at"], name="promise_ended"),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("by_us", None), ("ended_at__isnull", False)),
                fields=["ended_at"],
                name="promise_to_split",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("application", "name"),
                name="promise_runs_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", False),
                    models.Q(
                        ("next_at", None), ("paused_since__isnull", False), ("running_since", None)
                    ),
                    models.Q(
                        ("due_at__isnull", False),
                        ("paused_since", None),
                        ("running_since__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="promise_runs_or_is_paused",
            ),
        ),
        migrations.AddConstraint(
            model_name="reached",
            constraint=models.UniqueConstraint(
                fields=("promise", "level"), name="level_reached_once"
            ),
        ),
        protect("onboarding_promise", rule=OF_APPLICATION, column="application_id"),
        protect(
            "onboarding_reached", rule=OF_APPLICATION, column="application_id", web_may_write=False
        ),
    ]
