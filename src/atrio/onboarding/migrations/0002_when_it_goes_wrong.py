import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0001_initial"),
        ("onboarding", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="channel",
            field=models.CharField(
                choices=[("web", "Web"), ("counter", "Counter"), ("telephone", "Telephone")],
                db_default="web",
                default="web",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                help_text="the associate who looks after it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="seen_at",
            field=models.DateTimeField(help_text="when the customer was last here", null=True),
        ),
        migrations.AddField(
            model_name="application",
            name="signal",
            field=models.CharField(
                blank=True,
                choices=[("", "None"), ("same_error", "Same Error"), ("came_back", "Came Back")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="sold_by",
            field=models.ForeignKey(
                db_index=False,
                help_text="who sells to this customer, and so does not decide",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="visits",
            field=models.PositiveSmallIntegerField(
                db_default=1, default=1, help_text="how often they came, with a pause in between"
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="crashes",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="attempts whose worker died or was stopped"
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="status",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("done", "Done"),
                    ("declined", "Declined"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Expired"),
                ],
                default="open",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="waiting_on",
            field=models.CharField(
                choices=[
                    ("customer", "Customer"),
                    ("admin", "Admin"),
                    ("associate", "Associate"),
                    ("outside", "Outside"),
                    ("nobody", "Nobody"),
                ],
                default="customer",
                max_length=9,
            ),
        ),
    ]
