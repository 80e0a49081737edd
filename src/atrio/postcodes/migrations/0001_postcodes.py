from django.db import migrations, models

import atrio.kernel.ids


class Migration(migrations.Migration):
    initial = True

    # New tables are for the roles that are made there.
    dependencies = [("kernel", "0001_roles")]

    operations = [
        migrations.CreateModel(
            name="Postcode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                (
                    "code",
                    models.CharField(
                        help_text="capitals and digits without separators", max_length=12
                    ),
                ),
                ("city", models.CharField(max_length=80)),
                (
                    "region",
                    models.CharField(
                        blank=True,
                        help_text="ISO 3166-2 without the country; empty where addresses have none",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country", "code", "city", "region"),
                        name="place_of_a_postcode_once",
                    )
                ],
            },
        ),
    ]
