"""Coming in by one's own company."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from atrio.kernel.errors import NotFound, OutsideError
from atrio.sign_on import coming, saml
from atrio.sign_on.oidc import NobodyCame
from atrio.sign_on.queries import Provider, provider_at_door, provider_of

log = structlog.get_logger("atrio.sign_on")


@require_safe
@never_cache
def company(request: HttpRequest) -> HttpResponse:
    """Lead somebody to the company of the address they have typed."""
    email, to = coming.wanted(request)
    provider = provider_of(email) if email else None
    if provider is None or request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL if provider else "account_login")
    context = {"provider": provider, "email": email, "next": to}
    return render(request, "account/company.html", context)


@require_safe
@never_cache
def go(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Send somebody to their company."""
    provider = provider_at_door(provider_id)
    try:
        return HttpResponseRedirect(coming.go_out(request, provider))
    except OutsideError as error:
        return _not_reached(request, provider_id, error)


@require_safe
@never_cache
def back(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Take what somebody brings back from their company's OpenID provider."""
    provider = provider_at_door(provider_id)
    if provider.kind != Provider.Kind.OIDC:
        raise NotFound(_("There is no such sign-in."))
    try:
        return coming.come_back(request, provider)
    except NobodyCame as refused:
        log.warning("sign_on_refused", provider=str(provider_id), why=_notes(refused))
        messages.warning(request, str(refused))
    except OutsideError as error:
        return _not_reached(request, provider_id, error)
    return redirect("company_sign_in")


@csrf_exempt  # it comes from the company's own site; what it says is signed
@require_POST
@never_cache
def saml_answer(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Take what a company's SAML identity provider posts, and go on with the browser's cookies."""
    provider = _by_saml(provider_id)
    try:
        handle = coming.take_answer(request, provider)
    except NobodyCame as refused:
        log.warning("sign_on_refused", provider=str(provider_id), why=_notes(refused))
        handle = "nobody"
    response = redirect("company_saml_in", provider_id, handle)
    response.status_code = 303
    return response


@require_safe
@never_cache
def saml_in(request: HttpRequest, provider_id: UUID, handle: str) -> HttpResponse:
    """Let in whoever has come back by SAML, in the browser in which they had gone."""
    provider = _by_saml(provider_id)
    try:
        return coming.come_in_by_handle(request, provider, handle)
    except NobodyCame as refused:
        log.warning("sign_on_refused", provider=str(provider_id), why=_notes(refused))
        messages.warning(request, str(refused))
    return redirect("company_sign_in")


@require_safe
def saml_metadata(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Say what we are, for a company's SAML identity provider to read."""
    provider = provider_at_door(provider_id, is_on=False)
    if provider.kind != Provider.Kind.SAML:
        raise NotFound(_("There is no such sign-in."))
    said = saml.metadata_of_ours(request, provider)
    return HttpResponse(said, content_type="application/samlmetadata+xml")


def _by_saml(provider_id: UUID) -> Provider:
    provider = provider_at_door(provider_id)
    if provider.kind != Provider.Kind.SAML:
        raise NotFound(_("There is no such sign-in."))
    return provider


def _not_reached(request: HttpRequest, provider_id: UUID, error: OutsideError) -> HttpResponse:
    log.warning("sign_on_failed", provider=str(provider_id), why=str(error))
    messages.warning(
        request, _("We could not reach your company's sign-in. Please try again in a minute.")
    )
    return redirect("company_sign_in")


def _notes(error: Exception) -> str:
    return "; ".join(getattr(error, "__notes__", []))
