from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("seller", "0008_former_erps"),
    ]

    operations = [
        migrations.AddField(
            model_name="businessunit",
            name="shop",
            field=models.SlugField(
                blank=True,
                db_default="",
                default="",
                help_text="… to a shop elsewhere in which its customers buy; empty: our own alone",
                max_length=40,
            ),
        ),
    ]
