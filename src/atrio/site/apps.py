"""The house itself as a Django app: shared templates, static files, tags."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Hold what all surfaces share."""

    name = "atrio.site"
    label = "atrio_site"

    def ready(self) -> None:
        """Look, before the house starts, whether all that must hold does."""
        from atrio.site import checks  # noqa: F401 - each registers itself
