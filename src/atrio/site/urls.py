"""Every address of the house."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from atrio.identity.urls import sign_in_urls
from atrio.site import views
from atrio.site.brand import stylesheet
from atrio.site.demo.views import mailbox, outbox_url, people, sign_in_as
from atrio.site.home import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("theme/", views.set_theme, name="set_theme"),
    path("language/", require_POST(set_language), name="set_language"),
    path("brand/<slug:accent>.css", stylesheet, name="brand"),
    path("home/", home, name="home"),
    path("people/", sign_in_as, name="demo_sign_in"),
    path("people/mail/", mailbox, name="demo_mailbox"),
    *sign_in_urls(people=people, outbox_url=outbox_url),
    path("", include("atrio.sign_on.urls")),
    path("api/", include("atrio.api.urls")),
    path("", include("atrio.identity.openid.urls")),
    path("cabinet/", include("atrio.cabinet.urls")),
    path("desk/", include("atrio.desk.urls")),
    path("", include("atrio.apply.urls")),
]
