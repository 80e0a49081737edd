import datetime as dt

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("seller", "0002_more_connections"),
    ]

    operations = [
        migrations.AddField(
            model_name="businessunit",
            name="accent",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="colour of its messages, as #08756c; empty: the house's",
                max_length=7,
                validators=[django.core.validators.RegexValidator("^#[0-9a-f]{6}$")],
            ),
        ),
        migrations.AddField(
            model_name="businessunit",
            name="brand",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="the name its messages bear; empty: the house's",
                max_length=80,
            ),
        ),
        migrations.AddField(
            model_name="businessunit",
            name="logo",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="a static file, PNG (mail programs show no SVG); empty: the name in words",
                max_length=120,
            ),
        ),
        migrations.AddField(
            model_name="businessunit",
            name="quiet_from",
            field=models.TimeField(
                db_default=dt.time(21, 0),
                default=dt.time(21, 0),
                help_text="from when on nobody is disturbed",
            ),
        ),
        migrations.AddField(
            model_name="businessunit",
            name="quiet_until",
            field=models.TimeField(
                db_default=dt.time(8, 0),
                default=dt.time(8, 0),
                help_text="equal to quiet_from: there are no such hours",
            ),
        ),
        migrations.AddField(
            model_name="businessunit",
            name="sms_sender",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="from whom its text messages come: a number, or at most 11 letters and digits",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="businessunit",
            name="sender",
            field=models.EmailField(
                help_text="from whose address its messages come", max_length=254
            ),
        ),
    ]
