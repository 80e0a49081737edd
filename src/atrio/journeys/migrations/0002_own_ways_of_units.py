from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="release",
            name="one_release_per_version",
        ),
        migrations.AddField(
            model_name="release",
            name="business_unit",
            field=models.SlugField(
                blank=True,
                db_default="",
                default="",
                help_text="code of the unit that has it its own way; empty: for all others",
                max_length=40,
            ),
        ),
        migrations.AlterField(
            model_name="release",
            name="version",
            field=models.PositiveIntegerField(
                help_text="counts from 1 within the pack and the unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                fields=("pack", "business_unit", "version"), name="one_release_per_version"
            ),
        ),
    ]
