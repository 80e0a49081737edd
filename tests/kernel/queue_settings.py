"""Settings of the worker processes that the queue's tests start: the kernel, and nothing else."""

from atrio.site.env import env

SECRET_KEY = env.secret_key
INSTALLED_APPS = ["atrio.kernel.apps.KernelConfig"]
DATABASES = {"default": env.database() | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
ATRIO_HEARTBEAT_SECONDS = env.heartbeat_seconds
