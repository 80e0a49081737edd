import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_ACCOUNTS, protect


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0004_promises"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="step",
            name="by_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AlterField(
            model_name="fact",
            name="origin",
            field=models.CharField(
                choices=[
                    ("customer", "Customer"),
                    ("register", "Register"),
                    ("erp", "Erp"),
                    ("crm", "Crm"),
                    ("admin", "Admin"),
                    ("staff", "Staff"),
                    ("table", "Table"),
                    ("system", "System"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="AccessRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                ("company", models.CharField(max_length=200)),
                ("name", models.CharField(max_length=200)),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(blank=True, max_length=20)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("overtaken", "Overtaken"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by_label", models.CharField(blank=True, max_length=120)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="onboarding.application"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account_id", "-id"], name="access_of_account")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("application",),
                        name="access_asked_once",
                    )
                ],
            },
        ),
        protect("onboarding_accessrequest", rule=OF_ACCOUNTS, column="account_id"),
    ]
