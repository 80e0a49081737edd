from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0008_calls_in_trouble"),
    ]

    operations = [
        migrations.AlterField(
            model_name="application",
            name="promised_at",
            field=models.DateTimeField(
                help_text="when the first is due of what we owe; None: nothing presses", null=True
            ),
        ),
    ]
