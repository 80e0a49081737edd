import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
import atrio.seller.models


class Migration(migrations.Migration):
    dependencies = [
        ("seller", "0003_letterhead"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkingCalendar",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "week",
                    models.JSONField(
                        default=atrio.seller.models.office_hours,
                        help_text='seven days, Monday first, each [["09:00", "18:00"], …]',
                    ),
                ),
                (
                    "country",
                    models.CharField(help_text="whose public holidays are kept", max_length=2),
                ),
                (
                    "subdivision",
                    models.CharField(blank=True, help_text="… and which part of it", max_length=20),
                ),
                ("changed_at", models.DateTimeField()),
                (
                    "business_unit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="working_calendar",
                        to="seller.businessunit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OwnDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("on", models.DateField()),
                (
                    "openings",
                    models.JSONField(default=list, help_text="as in the week; none: closed"),
                ),
                ("reason", models.CharField(max_length=120)),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="own_days",
                        to="seller.workingcalendar",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("calendar", "on"), name="own_day_once")
                ],
            },
        ),
    ]
