from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0002_imprints_with_fewer_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importrun",
            name="cursor",
            field=models.TextField(blank=True, help_text="the last record that was taken"),
        ),
    ]
