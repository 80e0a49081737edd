from django.db import migrations, models

import atrio.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_signed_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("sealed", models.TextField(help_text="the private key, sealed")),
                ("made_at", models.DateTimeField()),
                (
                    "signs_from",
                    models.DateTimeField(help_text="published before, so that every shop knows it"),
                ),
                ("expires_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
