"""Addresses of the cabinet."""

from __future__ import annotations

from django.urls import path

from atrio.cabinet import catalogue, company, home, switch

app_name = "cabinet"
urlpatterns = [
    path("", home.show_home, name="home"),
    path("shop/", catalogue.show_catalogue, name="catalogue"),
    path("company/", company.show_company, name="company"),
    path("switch/", switch.switch, name="switch"),
]
