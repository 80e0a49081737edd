import django.db.models.deletion
from django.db import migrations, models

import atrio.kernel.ids
from atrio.kernel.database import protect

# Whoever changes what a party is known by, by whatever statement, asks for its keys anew.
KNOWN_BY = {
    "parties_account": ["name", "merged_into_id"],
    "parties_legalentity": [
        "account_id", "legal_name", "trade_name", "country", "tax_id_kind", "tax_id", "address",
        "domain", "merged_into_id",
    ],
    "parties_contact": ["account_id", "name", "email", "phone", "is_active", "merged_into_id"],
}  # fmt: skip
ASK_ANEW = migrations.RunSQL(
    """
    create function parties_ask_for_keys() returns trigger language plpgsql as
        $$ begin new.needs_keys := true; return new; end $$;
    """
    + "".join(
        f"""
    create trigger ask_for_keys before update of {", ".join(columns)} on {table}
        for each row when ({" or ".join(f"old.{c} is distinct from new.{c}" for c in columns)})
        execute function parties_ask_for_keys();
    """
        for table, columns in KNOWN_BY.items()
    ),
    "".join(f"drop trigger ask_for_keys on {table};" for table in KNOWN_BY)
    + "drop function parties_ask_for_keys();",
)


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0002_known_customers"),
    ]

    operations = [
        migrations.CreateModel(
            name="MatchKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.BigIntegerField()),
                ("subject_id", models.UUIDField()),
                ("account_id", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("account", "Account"),
                            ("company", "Company"),
                            ("contact", "Contact"),
                        ],
                        max_length=7,
                    ),
                ),
                ("business_unit", models.CharField(max_length=40)),
                ("kept_id", models.UUIDField()),
                ("dropped_id", models.UUIDField()),
                ("kept_name", models.CharField(max_length=200)),
                ("dropped_name", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=300)),
                ("changes", models.JSONField(default=list)),
                (
                    "aliases",
                    models.JSONField(
                        default=list, help_text="ids in outside systems that stand beside"
                    ),
                ),
                ("by_label", models.CharField(max_length=120)),
                ("merged_at", models.DateTimeField()),
                ("undo_until", models.DateTimeField()),
                ("undone_by", models.CharField(blank=True, max_length=120)),
                ("undone_at", models.DateTimeField(null=True)),
                ("not_undone", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="Pair",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("company", "Company"), ("contact", "Contact")], max_length=7
                    ),
                ),
                ("one_id", models.UUIDField()),
                ("other_id", models.UUIDField()),
                ("business_unit", models.CharField(max_length=40)),
                ("score", models.FloatField()),
                ("verdict", models.CharField(max_length=5)),
                ("evidence", models.JSONField(default=list)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("dismissed", "Dismissed")],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("dismissed_by", models.CharField(blank=True, max_length=120)),
                ("dismissed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="account",
            name="merged_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="parties.account",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="needs_keys",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="merged_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="parties.contact",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="needs_keys",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="merged_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="parties.legalentity",
            ),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="needs_keys",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("needs_keys", True)), fields=["id"], name="account_needs_keys"
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("needs_keys", True)), fields=["id"], name="contact_needs_keys"
            ),
        ),
        migrations.AddIndex(
            model_name="legalentity",
            index=models.Index(
                condition=models.Q(("needs_keys", True)), fields=["id"], name="entity_needs_keys"
            ),
        ),
        migrations.AddIndex(
            model_name="matchkey",
            index=models.Index(fields=["account_id"], name="match_key_of_account"),
        ),
        migrations.AddConstraint(
            model_name="matchkey",
            constraint=models.UniqueConstraint(fields=("key", "subject_id"), name="match_key_once"),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["business_unit", "-id"], name="merge_of_unit"),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["kept_id"], name="merge_by_kept"),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["dropped_id"], name="merge_by_dropped"),
        ),
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(fields=["other_id"], name="pair_by_other"),
        ),
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(
                fields=["business_unit", "status", "-score", "id"], name="pair_best"
            ),
        ),
        migrations.AddConstraint(
            model_name="pair",
            constraint=models.UniqueConstraint(fields=("one_id", "other_id"), name="pair_once"),
        ),
        ASK_ANEW,
        # Who resembles whom, and who was taken for whom, is for staff.
        protect("parties_matchkey", rule="false", column="", web_may_write=False),
        protect("parties_pair", rule="false", column="", web_may_write=False),
        protect("parties_merge", rule="false", column="", web_may_write=False),
    ]
