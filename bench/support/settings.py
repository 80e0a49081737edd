"""Django with the kernel and the benchmarks' own jobs, for figures of the queue alone."""

from atrio.site.env import env

SECRET_KEY = env.secret_key
INSTALLED_APPS = ["atrio.kernel.apps.KernelConfig", "bench.support"]
DATABASES = {"default": env.database() | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
ATRIO_HEARTBEAT_SECONDS = env.heartbeat_seconds
