import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

import atrio.kernel.ids
from atrio.kernel.database import OF_APPLICATION, protect


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0009_first_due")]

    operations = [
        # The default is for those that run already: each is looked at once, and then when it is due.
        migrations.AddField(
            model_name="application",
            name="remind_at",
            field=models.DateTimeField(
                db_default=Now(),
                help_text="when it is looked at, as it waits for the customer",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=atrio.kernel.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "occasion",
                    models.CharField(help_text="which letter, about which step", max_length=140),
                ),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="onboarding.application",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["application", "occasion"], name="reminded_once"
                    )
                ],
            },
        ),
        protect(
            "onboarding_reminder",
            rule=OF_APPLICATION,
            column="application_id",
            web_may_write=False,
        ),
    ]
