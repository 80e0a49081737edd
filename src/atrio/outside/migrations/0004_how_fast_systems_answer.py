import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("outside", "0003_breaker")]

    operations = [
        # First, so that the foreign key is never without an index.
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                fields=["connection", "sent_at"],
                include=("answered_at", "outcome"),
                name="delivery_of_connection",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="connection",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="outside.connection",
            ),
        ),
        RemoveIndexConcurrently(model_name="delivery", name="delivery_by_age"),
    ]
