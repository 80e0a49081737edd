"""A provider as its keepers see it, at the desk and in the cabinet, and what they may say of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.sign_on import actions
from atrio.sign_on.coming import back_to
from atrio.sign_on.models import Provider

# The names of protocols are the same in every language.
KINDS = ((Provider.Kind.OIDC.value, "OpenID Connect"), (Provider.Kind.SAML.value, "SAML 2.0"))

Said = Callable[[HttpRequest, Actor, UUID, datetime], str]


def shown(request: HttpRequest, provider: Provider) -> dict[str, Any]:
    """Return what the part `_sign_on.html` shows of a provider."""
    domains = list(provider.domains.order_by("name"))
    return {
        "provider": provider,
        "domains": domains,
        "back": back_to(request, provider),
        "is_saml": provider.kind == Provider.Kind.SAML,
        "entity": request.build_absolute_uri(reverse("company_metadata", args=[provider.pk])),
        "is_connected": actions.is_connected(provider),
        "is_provable": any(domain.proved_at for domain in domains),
        "is_of_staff": provider.account_id is None,
    }


def take(request: HttpRequest, by: Actor, provider_id: UUID, now: datetime) -> str:
    """Do what a keeper has asked for by the button `what`; return what to tell them.

    Raises Refused.
    """
    said = _SAID.get(request.POST.get("what", ""))
    if said is None:
        raise Refused(_("Please choose one of the buttons."))
    return said(request, by, provider_id, now)


def _connect(request: HttpRequest, by: Actor, provider_id: UUID, now: datetime) -> str:
    if "metadata" in request.POST:
        metadata = request.POST["metadata"]
        actions.connect_saml(by=by, provider_id=provider_id, metadata=metadata, now=now)
    else:
        typed = {name: request.POST.get(name, "") for name in ("issuer", "client_id", "secret")}
        actions.connect_openid(by=by, provider_id=provider_id, **typed, now=now)
    return _("Connected. Try it before you require it.")


def _add_domain(request: HttpRequest, by: Actor, provider_id: UUID, now: datetime) -> str:
    typed = request.POST.get("domain", "")
    domain = actions.add_domain(by=by, provider_id=provider_id, typed=typed, now=now)
    if not domain.proved_at:
        return _ask_for_proof_of(by, provider_id, domain.pk, now)
    return _("Addresses of %(domain)s belong to it now.") % {"domain": domain.name}


def _ask_for_proof(request: HttpRequest, by: Actor, provider_id: UUID, now: datetime) -> str:
    return _ask_for_proof_of(by, provider_id, _domain(request), now)


def _ask_for_proof_of(by: Actor, provider_id: UUID, domain_id: UUID, now: datetime) -> str:
    about = {"provider_id": provider_id, "domain_id": domain_id}
    address = actions.ask_for_proof(by=by, **about, now=now)
    return _("We sent a code to %(address)s. Enter it here.") % {"address": address}


def _prove(request: HttpRequest, by: Actor, provider_id: UUID, now: datetime) -> str:
    about = {"provider_id": provider_id, "domain_id": _domain(request)}
    actions.prove_domain(by=by, **about, code=request.POST.get("code", ""), now=now)
    return _("The domain is proved.")


def _domain(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("domain", ""))
    except ValueError:
        raise actions.NoDomain(_("There is no such domain.")) from None


def _remove_domain(request: HttpRequest, by: Actor, provider_id: UUID, now: datetime) -> str:
    domain_id = _domain(request)
    actions.remove_domain(by=by, provider_id=provider_id, domain_id=domain_id, now=now)
    return _("Its addresses come in by a code again.")


def _set_terms(request: HttpRequest, by: Actor, provider_id: UUID, now: datetime) -> str:
    names = ("is_on", "is_required", "proves_twice")
    terms = {name: request.POST.get(name) == "yes" for name in names}
    actions.set_terms(by=by, provider_id=provider_id, **terms, now=now)
    if terms["is_required"]:
        return _("From now on its people come in by it alone, and you by a code as well.")
    if terms["is_on"]:
        return _("Its people may come in by it now.")
    return _("Nobody comes in by it now.")


def _close(request: HttpRequest, by: Actor, provider_id: UUID, now: datetime) -> str:
    actions.close_provider(by=by, provider_id=provider_id, now=now)
    return _("Its people come in by a code again.")


_SAID: dict[str, Said] = {
    "connect": _connect,
    "add-domain": _add_domain,
    "ask-proof": _ask_for_proof,
    "prove": _prove,
    "remove-domain": _remove_domain,
    "terms": _set_terms,
    "close": _close,
}
