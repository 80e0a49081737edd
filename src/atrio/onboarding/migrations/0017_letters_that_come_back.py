from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0016_codes_to_an_address"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="returned_from",
            field=models.EmailField(
                blank=True,
                db_default="",
                default="",
                help_text="the customer's address, if our letters come back from it",
                max_length=254,
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="signal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "None"),
                    ("same_error", "Same Error"),
                    ("came_back", "Came Back"),
                    ("returned", "Returned"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
    ]
