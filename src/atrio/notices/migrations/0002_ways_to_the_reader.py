from django.db import migrations, models

# Until now "failed" meant "tried again in half a minute", for twelve hours; now it is the end.
GO_ON_TRYING = """
    update notices_message set status = 'queued'
    where status = 'failed' and created_at > now() - interval '12 hours'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="attempts",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="tries that came to nothing"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="can_wait",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="keeps to quiet hours, whatever its channel",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="channel",
            field=models.CharField(
                choices=[("email", "Email"), ("sms", "Sms")],
                db_default="email",
                default="email",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="due_at",
            field=models.DateTimeField(help_text="when it is tried, if it has to wait", null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="instead",
            field=models.JSONField(
                help_text="the email (to, text, html) that goes if the text message cannot",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="receipt",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="what the carrier calls it",
                max_length=120,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="sender",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="as it stands in the message",
                max_length=340,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("sending", "Sending"),
                    ("sent", "Sent"),
                    ("delivered", "Delivered"),
                    ("bounced", "Bounced"),
                    ("failed", "Failed"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="to",
            field=models.CharField(
                help_text="an email address, or a number in E.164", max_length=254
            ),
        ),
        migrations.RunSQL(GO_ON_TRYING, migrations.RunSQL.noop),
    ]
