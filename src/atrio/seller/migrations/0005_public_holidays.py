from django.db import migrations, models

import atrio.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("seller", "0004_working_calendars"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicHolidays",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("subdivision", models.CharField(blank=True, max_length=20)),
                ("year", models.PositiveSmallIntegerField()),
                ("days", models.JSONField(help_text="date → language → name")),
                (
                    "parts",
                    models.JSONField(
                        help_text="codes of the country's parts with holidays of their own"
                    ),
                ),
                ("edition", models.CharField(help_text="of the package", max_length=20)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country", "subdivision", "year"), name="public_holidays_once"
                    )
                ],
            },
        ),
    ]
