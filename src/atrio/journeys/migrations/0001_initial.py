from django.db import migrations, models

import atrio.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_roles")]

    operations = [
        # Releases hold no customer's rows, so every role may read them.
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("pack", models.CharField(max_length=40)),
                (
                    "version",
                    models.PositiveIntegerField(help_text="counts from 1 within the pack"),
                ),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("content", models.BinaryField()),
                ("published_at", models.DateTimeField()),
                ("published_by", models.CharField(max_length=120)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pack", "version"), name="one_release_per_version"
                    )
                ],
            },
        ),
    ]
