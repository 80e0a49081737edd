from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("onboarding", "0006_stuck_signals")]

    operations = [
        AddIndexConcurrently(
            model_name="application",
            index=models.Index(
                condition=models.Q(("status", "open"), ("submitted_at__isnull", True)),
                fields=["business_unit", "-seen_at", "-id"],
                name="application_drafts",
            ),
        ),
    ]
