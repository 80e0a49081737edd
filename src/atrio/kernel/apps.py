"""The kernel as a Django app: it owns the database roles and the job queue's tables."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Load jobs and receivers once all apps are there."""

    name = "atrio.kernel"
    label = "kernel"
