"""Every address of the house."""

from __future__ import annotations

from django.conf.urls.i18n import urlpatterns as language_urls
from django.urls import URLPattern, URLResolver, include, path

from atrio.identity.urls import sign_in_urls
from atrio.site import views
from atrio.site.demo.views import people, sign_in_as
from atrio.site.home import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("theme/", views.set_theme, name="set_theme"),
    path("language/", include(language_urls)),
    path("home/", home, name="home"),
    path("people/", sign_in_as, name="demo_sign_in"),
    *sign_in_urls(people=people),
    path("cabinet/", include("atrio.cabinet.urls")),
    path("desk/", include("atrio.desk.urls")),
    path("", include("atrio.apply.urls")),
]
