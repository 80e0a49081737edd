"""Addresses of the cabinet."""

from __future__ import annotations

from django.urls import path

from atrio.cabinet import catalogue, company, credit, home, requests, sign_on, switch

app_name = "cabinet"
urlpatterns = [
    path("", home.show_home, name="home"),
    path("shop/", catalogue.show_catalogue, name="catalogue"),
    path("company/", company.show_company, name="company"),
    path("company/sign-on/", sign_on.sign_on, name="sign-on"),
    path("requests/<uuid:request_id>/", requests.decide, name="request"),
    path("requests/by-letter/<str:letter>/", requests.decide_by_letter, name="request-by-letter"),
    path("credit/withdraw/", credit.withdraw, name="withdraw-credit"),
    path("switch/", switch.switch, name="switch"),
]
