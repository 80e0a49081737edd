import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_APPLICATION, protect

# Two counts over everybody's applications: no row of theirs gets past their security.
DELEGATIONS_SENT = """
    create function onboarding_delegations_sent(whose uuid, address text, since timestamptz)
    returns table (of_application bigint, to_address bigint)
    language sql stable security definer set search_path = public as $$
        select coalesce(sum(1 + reminders) filter (where application_id = whose), 0)::bigint,
               coalesce(
                   sum(1 + reminders) filter (where lower(email) = lower(address)), 0
               )::bigint
        from onboarding_delegation
        where coalesce(reminded_at, asked_at) > since
          and (application_id = whose or lower(email) = lower(address))
    $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0023_by_programs"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="delegated_at",
            field=models.DateTimeField(
                help_text="when a step was last delegated; nobody looks for what there is none of",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="of the delegate, as whoever asks calls them", max_length=80
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="read on the page, never by mail", max_length=300
                    ),
                ),
                ("asked_by_kind", models.CharField(max_length=12)),
                ("asked_by_id", models.CharField(max_length=40)),
                (
                    "asked_by_label",
                    models.CharField(
                        help_text="at whose word, as the delegate reads it", max_length=80
                    ),
                ),
                (
                    "helper_label",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="of ours, who asked at the applicant's word",
                        max_length=120,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("reminded_at", models.DateTimeField(null=True)),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not Yet"),
                            ("taken_back", "Taken Back"),
                            ("declined", "Declined"),
                            ("ran_out", "Ran Out"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="onboarding.application",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="onboarding.step",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["application", "-id"], name="delegation_latest"),
                    models.Index(
                        django.db.models.functions.text.Lower("email"),
                        models.F("asked_at"),
                        name="delegation_to_address",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended", "")), fields=("step",), name="delegated_to_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended", ""), ("ended_at", None)),
                            models.Q(
                                models.Q(("ended", ""), _negated=True), ("ended_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="delegation_ends_at_a_moment",
                    ),
                ],
            },
        ),
        protect("onboarding_delegation", rule=OF_APPLICATION, column="application_id"),
        migrations.RunSQL(
            DELEGATIONS_SENT, "drop function onboarding_delegations_sent(uuid, text, timestamptz)"
        ),
    ]
