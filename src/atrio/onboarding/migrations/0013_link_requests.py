import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_APPLICATION, let_web_insert, protect


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0012_help")]

    operations = [
        migrations.CreateModel(
            name="LinkRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="as typed by whoever knows no link, in small",
                        max_length=254,
                    ),
                ),
                ("visit", models.UUIDField(help_text="the browser that asked", null=True)),
                ("at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("letters", models.PositiveSmallIntegerField(default=0)),
                (
                    "application",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="onboarding.application",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["application", "at"], name="link_of_application"),
                    models.Index(fields=["email", "at"], name="link_by_address"),
                    models.Index(fields=["visit", "at"], name="link_by_browser"),
                ],
            },
        ),
        protect("onboarding_linkrequest", rule=OF_APPLICATION, column="application_id"),
        let_web_insert("onboarding_linkrequest"),
    ]
