from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0024_delegations"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delegation",
            name="ended",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Not Yet"),
                    ("taken_back", "Taken Back"),
                    ("declined", "Declined"),
                    ("returned", "Returned"),
                    ("ran_out", "Ran Out"),
                ],
                default="",
                max_length=10,
            ),
        ),
    ]
