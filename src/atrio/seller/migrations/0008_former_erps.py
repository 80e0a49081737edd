from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("seller", "0007_second_factor"),
    ]

    operations = [
        migrations.AddField(
            model_name="businessunit",
            name="former_erps",
            field=models.JSONField(
                blank=True,
                db_default=models.Value([], models.JSONField()),
                default=list,
                help_text="codes of those in which it made customers before: they are served by them",
            ),
        ),
    ]
