"""The way out to one's company and back, as a browser's session remembers it."""

from __future__ import annotations

import secrets
import time
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atrio.identity.actions import let_in
from atrio.kernel.errors import NotAllowed
from atrio.sign_on import oidc, saml
from atrio.sign_on.actions import note_came
from atrio.sign_on.models import Provider
from atrio.sign_on.queries import provider_of, who_comes

WANTED, ASKED = "sign_on.wanted", "sign_on.asked"
_MINUTES = 10  # for how long somebody may take at their company


class NotHere(NotAllowed):
    """Their company knows them, and here they are nobody who may come in by it."""


def want(request: HttpRequest, *, email: str, to: str) -> None:
    """Remember with which address somebody wants to come in, and where they go then."""
    request.session[WANTED] = {"email": email.strip().lower(), "to": to}


def wanted(request: HttpRequest) -> tuple[str, str]:
    """Return the address and where its owner wants to go, both "" for somebody else."""
    found = request.session.get(WANTED) or {}
    return str(found.get("email", "")), str(found.get("to", ""))


def back_to(request: HttpRequest, provider: Provider) -> str:
    """Return the whole address to which a provider leads back."""
    name = "company_saml" if provider.kind == Provider.Kind.SAML else "company_back"
    return request.build_absolute_uri(reverse(name, args=[provider.pk]))


def go_out(request: HttpRequest, provider: Provider) -> str:
    """Return where somebody is sent, and remember what they must bring back.

    Raises OutsideError.
    """
    email, to = wanted(request)
    mine = provider_of(email) if email else None
    hint = email if mine and mine.pk == provider.pk else ""
    if provider.kind == Provider.Kind.SAML:
        relay = secrets.token_urlsafe(24)
        url, asked_id = saml.begin(request, provider, relay=relay)
        # The company's answer is posted from its own site, and comes without our cookies.
        cache.set(f"sign_on.relay:{relay}", [str(provider.pk), asked_id], _MINUTES * 60)
        _remember(request, provider, [relay], to)
        return url
    url, asked = oidc.begin(provider, back=back_to(request, provider), email=hint)
    _remember(request, provider, list(asked), to)
    return url


def take_answer(request: HttpRequest, provider: Provider) -> str:
    """Take what a SAML identity provider posts; return a handle of who came, good for one try.

    It is good only in the browser in which the way began. Raises NobodyCame.
    """
    relay = request.POST.get("RelayState", "")[:100]
    provider_id, asked = cache.get(f"sign_on.relay:{relay}") or ("", "")
    cache.delete(f"sign_on.relay:{relay}")
    if provider_id != str(provider.pk):
        raise oidc.nobody("nothing was asked of it")
    email = saml.who_came(request, provider, asked=asked)
    handle = secrets.token_urlsafe(24)
    cache.set(f"sign_on.came:{handle}", [relay, email], 120)
    return handle


def come_in_by_handle(request: HttpRequest, provider: Provider, handle: str) -> HttpResponse:
    """Let in whoever a SAML identity provider has said came; return where they go.

    Raises NobodyCame, NotHere.
    """
    relay, email = cache.get(f"sign_on.came:{handle[:100]}") or ("", "")
    cache.delete(f"sign_on.came:{handle[:100]}")
    remembered = _recall(request, provider)
    if not relay or not secrets.compare_digest(relay, str(remembered["asked"][0])):
        raise oidc.nobody("not asked in this browser")
    return enter(request, provider, email=email, to=remembered["to"])


def come_back(request: HttpRequest, provider: Provider) -> HttpResponse:
    """Let in whoever an OpenID provider says has come; return where they go.

    What was remembered is good for one try. Raises NobodyCame, NotHere, OutsideError.
    """
    remembered = _recall(request, provider)
    asked = oidc.Asked(*remembered["asked"])
    email = oidc.who_came(provider, asked, request.GET.dict(), back=back_to(request, provider))
    return enter(request, provider, email=email, to=remembered["to"])


def _remember(request: HttpRequest, provider: Provider, asked: list[str], to: str) -> None:
    request.session[ASKED] = {
        "provider": str(provider.pk),
        "asked": asked,
        "to": to,
        "at": time.time(),
    }


def _recall(request: HttpRequest, provider: Provider) -> dict[str, Any]:
    found: dict[str, Any] = request.session.pop(ASKED, None) or {}
    is_old = time.time() - found.get("at", 0) > _MINUTES * 60
    if is_old or found.get("provider") != str(provider.pk):
        raise oidc.nobody("nothing was asked of it")
    return found


def enter(request: HttpRequest, provider: Provider, *, email: str, to: str) -> HttpResponse:
    """Let in the user with an address that their company has proved. Raises NotHere."""
    user = who_comes(provider, email)
    if user is None:
        raise NotHere(
            _("Your company knows you, but no login here is yours by it. Please write to us.")
        )
    note_came(provider_id=provider.pk, now=timezone.now())
    request.session.pop(WANTED, None)
    is_safe = bool(to) and get_adapter().is_safe_url(to)
    return let_in(
        request,
        user,
        how="company",
        to=to if is_safe else settings.LOGIN_REDIRECT_URL,
        is_proved_twice=provider.proves_twice,
    )
