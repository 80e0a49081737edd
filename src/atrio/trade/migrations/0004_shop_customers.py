import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_ACCOUNTS, protect


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0003_one_company_once"),
        ("trade", "0003_granted_credit"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShopCustomer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("shop", models.CharField(help_text="code of the connection", max_length=50)),
                (
                    "state",
                    models.CharField(
                        choices=[("told", "Told"), ("busy", "Busy"), ("refused", "Refused")],
                        max_length=7,
                    ),
                ),
                (
                    "told",
                    models.JSONField(
                        help_text="what the shop has confirmed; none: nothing yet", null=True
                    ),
                ),
                (
                    "tried",
                    models.JSONField(help_text="what it was to be told the last time", null=True),
                ),
                ("outside_id", models.CharField(blank=True, max_length=200)),
                (
                    "tries",
                    models.PositiveIntegerField(
                        default=0, help_text="in vain, since it was told last"
                    ),
                ),
                (
                    "try_at",
                    models.DateTimeField(help_text="the next try, where it was busy", null=True),
                ),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.TextField(blank=True, help_text="for our own people")),
                ("changed_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shop_customers",
                        to="parties.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "shop"), name="shop_customer_once")
                ],
            },
        ),
        protect("trade_shopcustomer", rule=OF_ACCOUNTS, column="account_id", web_may_write=False),
    ]
