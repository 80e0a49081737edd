"""The kernel as a Django app: it owns the database roles and the job queue's tables."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KernelConfig(AppConfig):
    """Load jobs and receivers once all apps are there."""

    name = "atrio.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Import every app's `jobs` and `receivers`, which register themselves."""
        autodiscover_modules("jobs", "receivers")
