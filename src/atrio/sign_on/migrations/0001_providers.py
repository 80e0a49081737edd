"""Identity providers of companies, and their mail domains; a customer's are their own alone."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import OF_ACCOUNTS, protect

_OF_OWN_PROVIDERS = "exists (select from sign_on_provider where id = {column})"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_roles")]

    operations = [
        migrations.CreateModel(
            name="Provider",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "account_id",
                    models.UUIDField(
                        help_text="of the customer whose people it lets in", null=True
                    ),
                ),
                (
                    "business_units",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        help_text="… or codes of our own",
                        size=None,
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="as its people read it: Ventorim", max_length=80),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("oidc", "Oidc"), ("saml", "Saml")], default="oidc", max_length=4
                    ),
                ),
                (
                    "issuer",
                    models.CharField(blank=True, help_text="SAML: its entity id", max_length=500),
                ),
                ("client_id", models.CharField(blank=True, max_length=200)),
                ("sealed_secret", models.TextField(blank=True)),
                (
                    "sso_url",
                    models.CharField(
                        blank=True, help_text="SAML: where people are sent", max_length=500
                    ),
                ),
                (
                    "certificates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        default=list,
                        help_text="SAML: with any of these it signs",
                        size=None,
                    ),
                ),
                ("is_on", models.BooleanField(default=False)),
                ("is_required", models.BooleanField(default=False)),
                (
                    "proves_twice",
                    models.BooleanField(
                        default=False,
                        help_text="of our own units: it asks for a second factor by itself",
                    ),
                ),
                (
                    "came_at",
                    models.DateTimeField(help_text="when it let somebody in last", null=True),
                ),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(help_text="in words", max_length=120)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account_id",), name="sign_on_of_account_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account_id", None), ("business_units__len__gt", 0)),
                            models.Q(
                                ("account_id__isnull", False),
                                ("business_units__len", 0),
                                ("proves_twice", False),
                            ),
                            _connector="OR",
                        ),
                        name="sign_on_of_one_side",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MailDomain",
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
                        help_text="in small letters: ventorim.example", max_length=200
                    ),
                ),
                ("proved_at", models.DateTimeField(null=True)),
                (
                    "asked_at",
                    models.DateTimeField(help_text="when a code was sent there", null=True),
                ),
                ("code_digest", models.CharField(blank=True, max_length=200)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="domains",
                        to="sign_on.provider",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "name"), name="sign_on_domain_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("proved_at__isnull", False)),
                        fields=("name",),
                        name="sign_on_domain_of_one_provider",
                    ),
                ],
            },
        ),
        protect("sign_on_provider", rule=OF_ACCOUNTS, column="account_id"),
        protect("sign_on_maildomain", rule=_OF_OWN_PROVIDERS, column="provider_id"),
    ]
