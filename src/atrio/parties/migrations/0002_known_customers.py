from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="origin",
            field=models.CharField(
                choices=[("application", "Application"), ("import", "Import")],
                db_default="application",
                default="application",
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="is_active",
            field=models.BooleanField(
                db_default=True, default=True, help_text="still works there, as far as we know"
            ),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="domain",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="its registered internet domain: nordlicht.example",
                max_length=200,
            ),
        ),
    ]
