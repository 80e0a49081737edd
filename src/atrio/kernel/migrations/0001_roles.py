"""What the roles may do with the tables that are to come.

The roles themselves need a database administrator (`site/machine/roles.sql`); here the owner
hands out rights, for every table any later migration creates.
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
            revoke usage on schema public from {ROLES};
            """,
        )
    ]
