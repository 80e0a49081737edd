from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("onboarding", "0014_proof_by_address_index")]

    operations = [
        AddIndexConcurrently(
            model_name="application",
            index=models.Index(
                condition=models.Q(
                    ("owner", None), ("status", "open"), ("waiting_on", "associate")
                ),
                fields=["business_unit", "promised_at", "id"],
                name="application_free",
            ),
        ),
    ]
