from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0005_access_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="typed",
            name="refused",
            field=models.JSONField(
                db_default={}, default=dict, help_text="field → why, and how many times in a row"
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="visits",
            field=models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                help_text="how often they came since they last got on, with a pause in between",
            ),
        ),
    ]
