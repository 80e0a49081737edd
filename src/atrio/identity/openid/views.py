"""The addresses at which outside shops ask who somebody is."""

from __future__ import annotations

import time
from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from allauth.idp.oidc.views import AuthorizationView, LogoutView
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atrio.identity.openid.provider import SCOPES
from atrio.identity.queries import shown_in
from atrio.kernel.errors import NotAllowed


@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """Say what we can do and where, as OpenID Connect Discovery 1.0 wants it."""
    places = {
        "authorization_endpoint": "authorization",
        "token_endpoint": "token",
        "userinfo_endpoint": "userinfo",
        "revocation_endpoint": "revoke",
        "end_session_endpoint": "logout",
        "jwks_uri": "jwks",
    }
    said: dict[str, Any] = {
        name: request.build_absolute_uri(reverse(f"idp:oidc:{place}"))
        for name, place in places.items()
    } | {
        "issuer": get_adapter().get_issuer(),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
    return JsonResponse(said, headers={"Access-Control-Allow-Origin": "*"})


class Authorize(AuthorizationView):  # type: ignore[misc]  # allauth ships no types
    """Send a customer into the shop with a code that the shop changes for who they are."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for what allauth leaves open: PKCE, a sign-in young enough, an account there."""
        asked = request.GET
        shop = Client.objects.filter(pk=asked.get("client_id", "").replace("\0", "")).first()
        if shop and asked.get("code_challenge_method") != "S256":
            raise NotAllowed(_("This shop asks in a way that is not safe: it lacks PKCE (S256)."))
        if shop and request.user.is_authenticated:
            if _is_older(request, asked.get("max_age", "")):
                again = reverse("account_reauthenticate")
                return redirect_to_login(request.get_full_path(), again)
            if not get_adapter().account_claims(request.user, shop):
                raise NotAllowed(_("You have no account that buys in this shop."))
        return _lead(request, super().get(request, *args, **kwargs))


class LogOut(LogoutView):  # type: ignore[misc]
    """Sign out here as well, if whoever comes from a shop wants to."""

    template_name = "account/shop_sign_out.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask, or lead back."""
        return _lead(request, super().get(request))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the answer."""
        return _lead(request, super().post(request, *args, **kwargs))


def _is_older(request: HttpRequest, max_age: str) -> bool:
    if not (max_age.isdecimal() and len(max_age) < 10):
        return False
    shown = max((each["at"] for each in shown_in(request, request.user)), default=0.0)
    return time.time() - shown > max(int(max_age), 1)


def _lead(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Lead out of the house by a page where browsers would not follow a redirect.

    After one of our forms was sent they hold every redirect that follows to the form's own policy
    (form-action 'self'), which knows no shop.
    """
    to = answer.get("Location", "")
    is_ours = to.startswith("/") and not to.startswith("//")
    came_by_form = request.headers.get("Sec-Fetch-Site") in {"same-origin", "same-site"}
    if answer.status_code != 302 or is_ours or not came_by_form:
        return answer
    return render(request, "account/to_the_shop.html", {"to": to})


authorization = Authorize.as_view()
logout = LogOut.as_view()
