"""Keys of programs, and a role of the database's that shows them their units' rows."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_UNITS, OF_USER, let_integrators_see, protect

# The role is made by an administrator of the cluster, as the others are.
_ROLE = """
    do $$
    begin
        if not exists (select from pg_roles where rolname = 'atrio_integrator') then
            raise exception 'There is no role atrio_integrator'
                using hint = 'Run src/atrio/site/machine/roles.sql again as an administrator.';
        end if;
    end
    $$;
    grant usage on schema public to atrio_integrator;
    grant select on journeys_release, seller_businessunit to atrio_integrator;
"""
_NO_ROLE = """
    revoke select on journeys_release, seller_businessunit from atrio_integrator;
    revoke usage on schema public from atrio_integrator;
"""
_OWN_ANSWERS = f"""
    grant select, insert, update on integrators_keptanswer to atrio_integrator;
    create policy integrators_keptanswer_integrator on integrators_keptanswer to atrio_integrator
        using ({OF_USER.format(column="key_id")}) with check ({OF_USER.format(column="key_id")});
"""
_NO_ANSWERS = """
    drop policy integrators_keptanswer_integrator on integrators_keptanswer;
    revoke select, insert, update on integrators_keptanswer from atrio_integrator;
"""
_OF_ITS_ACCOUNTS = "exists (select from parties_account where id = {column})"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("journeys", "0002_own_ways_of_units"),
        ("kernel", "0003_cache"),
        ("onboarding", "0023_by_programs"),
        ("parties", "0003_one_company_once"),
        ("seller", "0006_own_hosts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
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
                        help_text="the program, as customers and staff read it", max_length=80
                    ),
                ),
                (
                    "business_units",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), help_text="codes", size=None
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), size=None
                    ),
                ),
                (
                    "prefix",
                    models.CharField(help_text="how the key begins, to tell it by", max_length=20),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(help_text="who made it, in words", max_length=120)),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "window_at",
                    models.DateTimeField(
                        help_text="since when its requests of this minute are counted"
                    ),
                ),
                ("window_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="the request's idempotency key", max_length=128),
                ),
                (
                    "asked",
                    models.BinaryField(help_text="a digest of what was asked", max_length=32),
                ),
                ("status", models.PositiveSmallIntegerField(default=0)),
                (
                    "body",
                    models.TextField(
                        blank=True, default="", help_text="JSON, to the letter as it was sent"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="integrators.apikey",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("key", "name"), name="answered_once")
                ],
            },
        ),
        migrations.RunSQL(_ROLE, _NO_ROLE),
        let_integrators_see("onboarding_application", rule=OF_UNITS, column="business_unit"),
        let_integrators_see("parties_account", rule=OF_UNITS, column="business_unit"),
        let_integrators_see("parties_legalentity", rule=_OF_ITS_ACCOUNTS, column="account_id"),
        protect("integrators_keptanswer", rule="false", column="", web_may_write=False),
        migrations.RunSQL(_OWN_ANSWERS, _NO_ANSWERS),
    ]
