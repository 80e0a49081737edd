from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outside", "0001_initial"),
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
                ],
                max_length=20,
            ),
        ),
    ]
