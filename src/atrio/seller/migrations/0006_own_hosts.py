from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("seller", "0005_public_holidays"),
    ]

    operations = [
        migrations.AddField(
            model_name="businessunit",
            name="host",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="its own name on the net, as kunden.example.com; empty: the house's",
                max_length=253,
            ),
        ),
        migrations.AddConstraint(
            model_name="businessunit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("host", ""), _negated=True),
                fields=("host",),
                name="unit_of_a_host_once",
            ),
        ),
    ]
