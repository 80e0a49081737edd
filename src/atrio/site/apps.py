"""The house itself as a Django app: shared templates, static files, tags."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Hold what all surfaces share."""

    name = "atrio.site"
    label = "atrio_site"
