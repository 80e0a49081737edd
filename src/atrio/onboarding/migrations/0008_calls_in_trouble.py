from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("onboarding", "0007_drafts_index")]

    operations = [
        AddIndexConcurrently(
            model_name="call",
            index=models.Index(
                fields=["application"],
                condition=models.Q(
                    ("next_try_at__isnull", False), ("error_code", "unreachable"), _connector="OR"
                ),
                name="call_in_trouble",
            ),
        ),
    ]
