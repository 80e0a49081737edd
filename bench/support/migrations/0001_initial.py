from django.db import migrations, models


class Migration(migrations.Migration):
    # Last, so that the default privileges of the first are in force.
    dependencies = [("kernel", "0002_queue")]
    operations = [
        migrations.CreateModel(
            "Counter",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("hits", models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            "Start",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("queued", models.FloatField()),
                ("started", models.FloatField()),
            ],
        ),
    ]
