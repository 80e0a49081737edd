from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outside", "0004_how_fast_systems_answer"),
    ]

    operations = [
        migrations.AlterField(
            model_name="connection",
            name="port",
            field=models.CharField(
                choices=[
                    ("erp", "ERP"),
                    ("registry", "Company register"),
                    ("crm", "CRM"),
                    ("sms", "Text messages"),
                    ("shop", "Outside shop"),
                ],
                max_length=20,
            ),
        ),
    ]
