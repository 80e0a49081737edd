from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trade", "0002_credit_lines"),
    ]

    operations = [
        migrations.AlterField(
            model_name="creditline",
            name="request",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "None"),
                    ("asked", "Asked"),
                    ("paused", "Paused"),
                    ("granted", "Granted"),
                    ("denied", "Denied"),
                ],
                default="",
                max_length=7,
            ),
        ),
    ]
