from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0017_letters_that_come_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="emailproof",
            name="typed_by",
            field=models.CharField(
                db_default="applicant",
                default="applicant",
                help_text="the kind of actor who typed the code last",
                max_length=12,
            ),
        ),
    ]
