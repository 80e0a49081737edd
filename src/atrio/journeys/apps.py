"""The Django app of packs and releases."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    """Packs and releases."""

    name = "atrio.journeys"
    label = "journeys"
    default_auto_field = "django.db.models.BigAutoField"
