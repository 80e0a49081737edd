from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Lower

# Counts and a moment, over everybody's applications: no row of theirs gets past their security.
CODES_SENT = """
    create function onboarding_codes_sent(whose uuid, address text, since timestamptz)
    returns table (of_application bigint, to_address bigint, last_at timestamptz)
    language sql stable security definer set search_path = public as $$
        select count(*) filter (where application_id = whose),
               count(*) filter (where lower(email) = lower(address)),
               max(sent_at) filter (
                   where application_id = whose and lower(email) = lower(address)
               )
        from onboarding_emailproof
        where sent_at > since
          and (application_id = whose or lower(email) = lower(address))
    $$
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("onboarding", "0015_free_index")]

    operations = [
        AddIndexConcurrently(
            model_name="emailproof",
            index=models.Index(Lower("email"), "sent_at", name="proof_to_address"),
        ),
        # The new one finds proved addresses as well.
        RemoveIndexConcurrently(model_name="emailproof", name="proof_by_address"),
        migrations.RunSQL(
            CODES_SENT, "drop function onboarding_codes_sent(uuid, text, timestamptz)"
        ),
    ]
