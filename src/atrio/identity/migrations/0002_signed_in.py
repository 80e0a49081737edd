import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_USER, let_web_insert, protect


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignedIn",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("session_key", models.CharField(max_length=40, unique=True)),
                ("at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "browser",
                    models.CharField(blank=True, help_text="as Firefox on Linux", max_length=120),
                ),
                (
                    "network",
                    models.CharField(
                        blank=True, help_text="never the whole address", max_length=50
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signed_in",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "-at"], name="signed_in_by_user")],
            },
        ),
        protect("identity_signedin", rule=OF_USER, column="user_id"),
        # Written before the database knows who signs in.
        let_web_insert("identity_signedin"),
    ]
