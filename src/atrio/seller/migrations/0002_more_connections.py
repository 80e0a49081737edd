from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("seller", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="businessunit",
            name="crm",
            field=models.SlugField(
                blank=True,
                db_default="",
                default="",
                help_text="code of the connection to its CRM",
                max_length=40,
            ),
        ),
        migrations.AddField(
            model_name="businessunit",
            name="sms",
            field=models.SlugField(
                blank=True,
                db_default="",
                default="",
                help_text="… to what sends text messages",
                max_length=40,
            ),
        ),
    ]
