from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("onboarding", "0010_reminders")]

    operations = [
        AddIndexConcurrently(
            model_name="application",
            index=models.Index(
                condition=models.Q(("status", "open")),
                fields=["remind_at"],
                name="application_to_remind",
            ),
        ),
    ]
