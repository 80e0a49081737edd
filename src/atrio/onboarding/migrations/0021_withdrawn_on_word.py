import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_ACCOUNTS, protect


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0020_call_given_up_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="help",
            name="said_by",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="whose word it was", max_length=120
            ),
        ),
        migrations.AlterField(
            model_name="help",
            name="channel",
            field=models.CharField(
                blank=True,
                choices=[
                    ("telephone", "Telephone"),
                    ("counter", "Counter"),
                    ("letter", "Letter"),
                    ("email", "Email"),
                ],
                help_text="how the customer's word came",
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="help",
            name="kind",
            field=models.CharField(
                choices=[
                    ("wrote", "Wrote"),
                    ("called", "Called"),
                    ("filled_in", "Filled In"),
                    ("withdrew", "Withdrew"),
                    ("no_credit", "No Credit"),
                ],
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="help",
            name="text",
            field=models.TextField(
                blank=True, help_text="what was written to the customer, or noted for colleagues"
            ),
        ),
        migrations.CreateModel(
            name="CreditWithdrawal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("taken", "Taken"), ("too_late", "Too Late")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("asked_by_label", models.CharField(max_length=120)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account_id", "-id"], name="credit_withdrawal_latest")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("account_id",),
                        name="credit_withdrawn_once",
                    )
                ],
            },
        ),
        protect("onboarding_creditwithdrawal", rule=OF_ACCOUNTS, column="account_id"),
    ]
