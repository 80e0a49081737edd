import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0001_initial"),
        ("outside", "0003_breaker"),
    ]

    operations = [
        migrations.AlterField(
            model_name="imprint",
            name="connection",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="outside.connection",
            ),
        ),
        migrations.AlterField(
            model_name="imprint",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="enrolment.importrun",
            ),
        ),
    ]
