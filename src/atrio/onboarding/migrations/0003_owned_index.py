from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("onboarding", "0002_when_it_goes_wrong")]

    operations = [
        AddIndexConcurrently(
            model_name="application",
            index=models.Index(
                condition=models.Q(("status", "open")),
                fields=["owner", "promised_at", "id"],
                name="application_owned",
            ),
        ),
    ]
