"""What the roles may do with the tables that are to come.

The roles themselves need a database administrator (`site/machine/roles.sql`); here the owner
hands out rights, for the tables that are there and for every one that is to come.
"""

from django.db import migrations

ROLES = "atrio_web, atrio_staff, atrio_worker"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            f"""
            grant usage on schema public to {ROLES};
            grant select, insert, update, delete on all tables in schema public to {ROLES};
            grant usage, select on all sequences in schema public to {ROLES};
            revoke insert, update, delete on django_migrations from {ROLES};
            alter default privileges in schema public
                grant select, insert, update, delete on tables to {ROLES};
            alter default privileges in schema public
                grant usage, select on sequences to {ROLES};
            """,
            f"""
            alter default privileges in schema public
                revoke select, insert, update, delete on tables from {ROLES};
            alter default privileges in schema public
                revoke usage, select on sequences from {ROLES};
            revoke all on all sequences in schema public from {ROLES};
            revoke all on all tables in schema public from {ROLES};
            revoke usage on schema public from {ROLES};
            """,
        )
    ]
