"""Where an OpenID provider's addresses are, under the names by which allauth looks for them."""

from __future__ import annotations

from allauth.idp.oidc.views import jwks, revoke, token, user_info
from django.urls import include, path

from atrio.identity.openid import views

_oidc = [
    path(".well-known/openid-configuration", views.configuration, name="configuration"),
    path(".well-known/jwks.json", jwks, name="jwks"),
    path("openid/authorize", views.authorization, name="authorization"),
    path("openid/logout", views.logout, name="logout"),
    path("openid/token", token, name="token"),
    path("openid/revoke", revoke, name="revoke"),
    path("openid/userinfo", user_info, name="userinfo"),
]
app_name = "idp"
urlpatterns = [path("", include((_oidc, "oidc")))]
