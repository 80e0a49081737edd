"""Applications that a program begins and fills in for somebody."""

from django.db import migrations, models

from atrio.kernel.database import OF_APPLICATION

# Staff writes as staff; a program is shown one application as its applicant is, and so writes
# down as the web's role that it has typed for them.
_MAY_NOTE_HELP = f"""
    create policy onboarding_help_web_insert on onboarding_help for insert to atrio_web
        with check ({OF_APPLICATION.format(column="application_id")})
"""


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0022_followed_by_streams"),
    ]

    operations = [
        migrations.RunSQL(
            _MAY_NOTE_HELP, "drop policy onboarding_help_web_insert on onboarding_help"
        ),
        migrations.AlterField(
            model_name="application",
            name="channel",
            field=models.CharField(
                choices=[
                    ("web", "Web"),
                    ("counter", "Counter"),
                    ("telephone", "Telephone"),
                    ("api", "Api"),
                ],
                db_default="web",
                default="web",
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="help",
            name="channel",
            field=models.CharField(
                blank=True,
                choices=[
                    ("telephone", "Telephone"),
                    ("counter", "Counter"),
                    ("letter", "Letter"),
                    ("email", "Email"),
                    ("api", "Api"),
                ],
                help_text="how the customer's word came",
                max_length=9,
            ),
        ),
    ]
