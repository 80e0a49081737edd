from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("onboarding", "0019_repair_runs")]

    operations = [
        AddIndexConcurrently(
            model_name="call",
            index=models.Index(
                condition=models.Q(("error_code__gt", ""), ("status", "failed")),
                fields=["application"],
                name="call_given_up",
            ),
        ),
    ]
