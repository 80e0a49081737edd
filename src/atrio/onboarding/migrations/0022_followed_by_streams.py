from django.db import migrations

# Whoever watches the application or its unit's queue hears of every change when it is committed.
# Within a transaction the same words are said once. A trigger and not a statement of ours: it
# costs no round trip, and nobody who changes an application can forget it.
INSTALL = """
    create function fn_application_changed() returns trigger language plpgsql as $$
    begin
        perform pg_notify('atrio_live', 'application:' || new.id || ' unit:' || new.business_unit);
        return null;
    end;
    $$;
    create trigger tg_application_changed after insert or update on onboarding_application
        for each row execute function fn_application_changed();
"""
REMOVE = """
    drop trigger tg_application_changed on onboarding_application;
    drop function fn_application_changed;
"""


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0021_withdrawn_on_word")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
