import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_ACCOUNTS, protect


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_one_company_once"), ("trade", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="CreditLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "limit",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="none: there is no line",
                        max_digits=14,
                        null=True,
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "payment_term",
                    models.CharField(blank=True, help_text="as the ERP calls it", max_length=80),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True, help_text="the connection that said so", max_length=50
                    ),
                ),
                ("set_at", models.DateTimeField(help_text="when it was read back", null=True)),
                (
                    "request",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("asked", "Asked"),
                            ("paused", "Paused"),
                            ("denied", "Denied"),
                        ],
                        default="",
                        max_length=6,
                    ),
                ),
                ("asked_at", models.DateTimeField(null=True)),
                ("decide_by", models.DateTimeField(help_text="what we have promised", null=True)),
                (
                    "reason",
                    models.TextField(
                        blank=True, help_text="why it was denied, as the customer reads it"
                    ),
                ),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credit_line",
                        to="parties.account",
                    ),
                ),
            ],
        ),
        protect("trade_creditline", rule=OF_ACCOUNTS, column="account_id", web_may_write=False),
    ]
