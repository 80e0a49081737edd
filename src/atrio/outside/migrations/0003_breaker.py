from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outside", "0002_more_connections"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="failures",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="connection",
            name="rests_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="connection",
            name="silent_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
