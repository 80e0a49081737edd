import uuid

import django.db.models.deletion
from django.db import migrations, models

from atrio.kernel.database import OF_ACCOUNTS, OF_APPLICATION, protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_roles")]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.SlugField(unique=True)),
                (
                    "port",
                    models.CharField(
                        choices=[("erp", "ERP"), ("registry", "Company register")], max_length=20
                    ),
                ),
                ("product", models.SlugField()),
                ("base_url", models.CharField(blank=True, max_length=500)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("business_unit", models.SlugField(blank=True, default="")),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("application_id", models.UUIDField(blank=True, null=True)),
                ("call_id", models.UUIDField(blank=True, null=True)),
                ("operation", models.CharField(max_length=60)),
                ("key", models.CharField(blank=True, default="", max_length=200)),
                ("attempt", models.PositiveIntegerField(default=1)),
                ("request", models.TextField()),
                ("answer", models.TextField(blank=True, default="")),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("ok", "Answered"),
                            ("busy", "To be tried again"),
                            ("no_answer", "Sent, no answer"),
                            ("failed", "Refused"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="outside.connection",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        fields=["application_id", "sent_at"], name="delivery_of_application"
                    ),
                    models.Index(fields=["sent_at"], name="delivery_by_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("object_id", models.UUIDField()),
                ("outside_id", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="outside.connection",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "kind", "object_id"), name="one_outside_id_per_object"
                    ),
                    models.UniqueConstraint(
                        fields=("connection", "kind", "outside_id"),
                        name="one_object_per_outside_id",
                    ),
                ],
            },
        ),
        # Members may see what their own accounts are called outside; an applicant's tracker
        # counts the time its own exchanges took. Connections hold no customer's rows.
        protect("outside_link", rule=OF_ACCOUNTS, column="object_id", web_may_write=False),
        protect(
            "outside_delivery", rule=OF_APPLICATION, column="application_id", web_may_write=False
        ),
    ]
