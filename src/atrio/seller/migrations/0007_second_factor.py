from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("seller", "0006_own_hosts"),
    ]

    operations = [
        migrations.AddField(
            model_name="businessunit",
            name="needs_second_factor",
            field=models.BooleanField(
                db_default=False, default=False, help_text="of everybody who works here"
            ),
        ),
    ]
