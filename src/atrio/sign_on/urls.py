"""The addresses of coming in by one's own company."""

from __future__ import annotations

from django.urls import path

from atrio.sign_on import views

urlpatterns = [
    path("sign-in/company/", views.company, name="company_sign_in"),
    path("sign-in/company/<uuid:provider_id>/go", views.go, name="company_go"),
    path("sign-in/company/<uuid:provider_id>/back", views.back, name="company_back"),
    path("sign-in/company/<uuid:provider_id>/saml", views.saml_answer, name="company_saml"),
    path(
        "sign-in/company/<uuid:provider_id>/saml/<str:handle>",
        views.saml_in,
        name="company_saml_in",
    ),
    path(
        "sign-in/company/<uuid:provider_id>/metadata", views.saml_metadata, name="company_metadata"
    ),
]
