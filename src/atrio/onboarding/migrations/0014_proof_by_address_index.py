from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("onboarding", "0013_link_requests")]

    operations = [
        AddIndexConcurrently(
            model_name="emailproof",
            index=models.Index(
                Lower("email"),
                condition=models.Q(("proved_at__isnull", False)),
                name="proof_by_address",
            ),
        ),
    ]
