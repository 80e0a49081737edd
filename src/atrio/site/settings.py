"""Django's settings, from the environment by way of `env`."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from atrio.site import observe
from atrio.site.env import env

SOURCE = Path(__file__).resolve().parents[1]

SECRET_KEY = env.secret_key
DEBUG = env.debug
ALLOWED_HOSTS = env.allowed_hosts
CSRF_TRUSTED_ORIGINS = env.trusted_origins
PUBLIC_URL = env.public_url
ATRIO_DEMO = env.demo
ATRIO_BRAND = env.brand
ATRIO_PACKS = [SOURCE / "packs", *env.packs]
ATRIO_SECRETS = env.secrets
ATRIO_HEARTBEAT_SECONDS = env.heartbeat_seconds
ATRIO_WEB_THREADS = env.web_threads
ATRIO_MOST_STREAMS = env.most_streams
ATRIO_METRICS_TOKEN = env.metrics_token
ATRIO_WORKER_METRICS = (env.host, env.worker_metrics_port)
ATRIO_SAMPLE_SHOP = env.sample_shop
ATRIO_CONNECTIONS_TO = env.places_inside
ATRIO_WEBHOOKS_TO = env.webhooks_to
ATRIO_SIGN_ON_TO = env.sign_on_to
ATRIO_FAULT_PROXY = env.fault_proxy
ATRIO_FAULTS_TOKEN = env.faults_token
ATRIO_PRICE_FRESHNESS_SECONDS = env.price_freshness_seconds

INSTALLED_APPS = [
    "atrio.kernel.apps.KernelConfig",
    "atrio.timeline",
    "atrio.identity",
    "atrio.notices",
    "atrio.seller",
    "atrio.postcodes",
    "atrio.parties",
    "atrio.journeys",
    "atrio.outside",
    "atrio.checks",
    "atrio.trade",
    "atrio.onboarding.apps.OnboardingConfig",
    "atrio.enrolment",
    "atrio.integrators",
    "atrio.sign_on",
    "atrio.apply",
    "atrio.cabinet",
    "atrio.desk",
    "atrio.site.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
]

MIDDLEWARE = [
    "atrio.site.middleware.ObserveMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "atrio.site.middleware.EntranceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "atrio.site.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "atrio.identity.middleware.LastSeenMiddleware",
    "atrio.site.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "atrio.site.urls"
WSGI_APPLICATION = "atrio.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "atrio.site.context.shell",
            ],
            "builtins": ["atrio.site.templatetags.icons"],
        },
    }
]

DATABASES = {
    "default": env.database()
    | {
        # Threads of the worker and the web server keep their connection; a dead one is noticed
        # before the first query of a request, not by it.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # What limits tries counts in one place for all processes.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cached",
    },
    # What may differ between processes for a few minutes.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/home/"
ACCOUNT_ADAPTER = "atrio.site.sign_in.HouseAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Limits count by address: behind the proxy that is believed for HTTPS, by the one it names.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.https else 0
MFA_ADAPTER = "atrio.identity.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = env.brand
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "atrio.identity.forms.SecondFactorForm",
    "authenticate_webauthn": "atrio.identity.forms.PasskeyForm",
    "login_webauthn": "atrio.identity.forms.PasskeySignInForm",
}
IDP_OIDC_ADAPTER = "atrio.site.openid.HouseProvider"
IDP_OIDC_RP_INITIATED_LOGOUT_ASKS_FOR_OP_LOGOUT = True
ATRIO_STAFF_SECOND_FACTOR = env.staff_second_factor

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = env.https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = env.https
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = env.https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.https else None
SECURE_HSTS_SECONDS = 31_536_000 if env.https else 0
X_FRAME_OPTIONS = "DENY"
# A pasted megabyte gets a message at its field; a hundred do not get in.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("pt-br", _("Portuguese")),
    ("de", _("German")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("ru", _("Russian")),
]
# Our own people read the desk in one of these; customers read theirs in all.
DESK_LANGUAGES = ["en", "pt-br", "de", "ru"]
LOCALE_PATHS = [SOURCE / "site" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

MEDIA_ROOT = env.var / "files"
STATIC_URL = "/static/"
STATIC_ROOT = env.var / "static"
STATICFILES_DIRS = [SOURCE / "site" / "static"]
# While developing and testing, files are served from where they lie.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = env.debug or env.testing
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if env.debug or env.testing
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

EMAIL_BACKEND = "atrio.notices.email.OutboxBackend"
DEFAULT_FROM_EMAIL = env.email_from
ATRIO_SMTP_URL = env.smtp_url
ATRIO_BOUNCES_TO = env.bounces_to

LOGGING_CONFIG = None
observe.configure_logs(json=not env.debug and not env.testing, level=env.log_level)
