"""The Django app of the outside systems."""

from django.apps import AppConfig


class OutsideConfig(AppConfig):
    """Connections, links and deliveries."""

    name = "atrio.outside"
    label = "outside"
