"""Where events are sent, and what was sent."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_USER, protect

# A program keeps its own endpoints, and may have a job queued that sends to them.
_GRANTS = f"""
    grant select, insert, update on integrators_endpoint to atrio_integrator;
    grant select, insert, update on integrators_eventdelivery to atrio_integrator;
    grant insert, select, update (execute_after, priority) on pgqueuer to atrio_integrator;
    grant usage, select on all sequences in schema public to atrio_integrator;
    create policy integrators_eventdelivery_integrator on integrators_eventdelivery
        to atrio_integrator using (exists (
            select from integrators_endpoint
            where integrators_endpoint.id = endpoint_id and {OF_USER.format(column="key_id")}
        ));
"""
_NO_GRANTS = """
    drop policy integrators_eventdelivery_integrator on integrators_eventdelivery;
    revoke usage, select on all sequences in schema public from atrio_integrator;
    revoke all on pgqueuer, integrators_eventdelivery, integrators_endpoint from atrio_integrator;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("integrators", "0001_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("url", models.CharField(max_length=500)),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        help_text="types of events",
                        size=None,
                    ),
                ),
                (
                    "secret_number",
                    models.PositiveIntegerField(default=1, help_text="grows with each rotation"),
                ),
                ("rotated_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "stopped",
                    models.CharField(
                        blank=True,
                        choices=[("", "None"), ("gone", "Gone"), ("removed", "Removed")],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="endpoints",
                        to="integrators.apikey",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EventDelivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "event_id",
                    models.UUIDField(help_text="the same for every endpoint and every attempt"),
                ),
                ("type", models.CharField(max_length=40)),
                (
                    "application_id",
                    models.UUIDField(help_text="which it is about, if it is", null=True),
                ),
                ("body", models.TextField(help_text="JSON, to the letter as it is signed")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=9,
                    ),
                ),
                (
                    "attempts",
                    models.JSONField(default=list, help_text="at, status or error, milliseconds"),
                ),
                (
                    "round",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="attempts since sent again"
                    ),
                ),
                ("next_try_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="integrators.endpoint",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["endpoint", "-id"], name="event_delivery_latest"),
                    models.Index(fields=["created_at"], name="event_delivery_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("endpoint", "event_id"), name="event_sent_once")
                ],
            },
        ),
        protect("integrators_eventdelivery", rule="false", column="", web_may_write=False),
        migrations.RunSQL(_GRANTS, _NO_GRANTS),
    ]
