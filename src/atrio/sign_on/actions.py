"""Keep the providers by which companies let their people in."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from atrio.identity.sealing import seal
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.notices.actions import Draft, send_message
from atrio.outside.public import may_be_sent_to
from atrio.parties.queries import accounts_visible_to, is_admin_of
from atrio.sign_on.models import MailDomain, Provider
from atrio.sign_on.queries import DOORKEEPER, MAY_KEEP_SIGN_ON, keeps, providers_visible_to
from atrio.sign_on.rules import read_domain
from atrio.sign_on.saml import read_metadata
from atrio.timeline.actions import Where, record

MOST_DOMAINS = 20  # of one provider
ASK_AGAIN_AFTER, CODE_LIVES, MOST_TRIES = timedelta(minutes=5), timedelta(days=1), 5


class NoProvider(Refused):
    """What was said of a provider is not enough to let anybody in by it, or too much."""


class NoDomain(Refused):
    """Nobody's addresses could be told from another's by this domain."""


@transaction.atomic
def open_provider(
    *,
    by: Actor,
    name: str,
    kind: str,
    account_id: UUID | None = None,
    business_units: Sequence[str] = (),
    now: datetime,
) -> Provider:
    """Write down that a company has a provider, of an account or of our own units.

    It lets nobody in before it is connected, has a proved domain, and is switched on. Raises
    NotFound, NotAllowed, NoProvider.
    """
    _may_open(by, account_id, business_units)
    if not name.strip() or kind not in Provider.Kind.values:
        raise NoProvider(_("The sign-on needs a name: your company's, as its people read it."))
    if account_id and Provider.objects.filter(account_id=account_id).exists():
        raise NoProvider(_("This customer has a company sign-on already."))
    made = Provider(
        account_id=account_id,
        business_units=[] if account_id else sorted(business_units),
        name=name.strip()[:80],
        kind=kind,
        created_at=now,
        created_by=by.label[:120],
    )
    made.save(force_insert=True)
    _tell(by, "opened", made, now, kind=kind)
    return made


def _may_open(by: Actor, account_id: UUID | None, business_units: Sequence[str]) -> None:
    if by.kind == "staff":
        if not by.has_role(*MAY_KEEP_SIGN_ON):
            raise NotAllowed(_("Only administrators say how people sign in."))
        if account_id is None and not (business_units and by.business_units >= set(business_units)):
            raise NotFound(_("There is no such business unit."))
        if account_id and not accounts_visible_to(by).filter(pk=account_id).exists():
            raise NotFound(_("There is no such customer."))
    elif account_id is None or not is_admin_of(by, account_id):
        raise NotAllowed(_("Only admins of the account say how its people sign in."))


@transaction.atomic
def connect_openid(
    *, by: Actor, provider_id: UUID, issuer: str, client_id: str, secret: str, now: datetime
) -> None:
    """Say where a company's OpenID provider is and as whom we come to it.

    An empty secret leaves the one there was. Whatever was required before is not any more, until
    somebody has come in by the new one. Raises NotFound, NotAllowed, NoProvider.
    """
    found = _kept(by, provider_id)
    address = issuer.strip()
    if not may_be_sent_to(address, allowed=settings.ATRIO_SIGN_ON_TO) or len(address) > 500:
        raise NoProvider(_("Give the issuer's whole address, which begins with https://."))
    if found.kind != Provider.Kind.OIDC or not client_id.strip() or len(client_id) > 200:
        raise NoProvider(_("The client id is missing."))
    if not secret and not found.sealed_secret:
        raise NoProvider(_("The client secret is missing."))
    found.issuer, found.client_id = address, client_id.strip()
    if secret:
        found.sealed_secret = seal(secret)
    found.is_required, found.came_at = False, None
    found.save(update_fields=["issuer", "client_id", "sealed_secret", "is_required", "came_at"])
    _tell(by, "connected", found, now, issuer=found.issuer, client_id=found.client_id)


@transaction.atomic
def connect_saml(*, by: Actor, provider_id: UUID, metadata: str, now: datetime) -> None:
    """Say, by the metadata of a company's SAML identity provider, where it is and how it signs.

    Whatever was required before is not any more, until somebody has come in by the new one.
    Raises NotFound, NotAllowed, NoMetadata, NoProvider.
    """
    found = _kept(by, provider_id)
    said = read_metadata(metadata)
    is_safe = may_be_sent_to(said.sso_url, allowed=settings.ATRIO_SIGN_ON_TO)
    too_long = max(len(said.sso_url), len(said.issuer)) > 500
    if found.kind != Provider.Kind.SAML or not is_safe or too_long:
        raise NoProvider(_("Its sign-in has no whole address that begins with https://."))
    found.issuer, found.sso_url, found.certificates = said
    found.is_required, found.came_at = False, None
    found.save(update_fields=["issuer", "sso_url", "certificates", "is_required", "came_at"])
    _tell(by, "connected", found, now, issuer=found.issuer, sso_url=found.sso_url)


@transaction.atomic
def ask_for_proof(*, by: Actor, provider_id: UUID, domain_id: UUID, now: datetime) -> str:
    """Send a code to the postmaster of a domain that waits for its proof; return the address.

    Who reads a domain's own mailbox holds the domain. Raises NotFound, NotAllowed, NoDomain.
    """
    found, domain = _waiting(by, provider_id, domain_id)
    if domain.asked_at and now - domain.asked_at < ASK_AGAIN_AFTER:
        raise NoDomain(_("A code has just been sent. Please wait a few minutes for another one."))
    code = f"{secrets.randbelow(10**8):08}"
    domain.asked_at, domain.code_digest, domain.tries = now, _digest(domain, code), 0
    domain.save(update_fields=["asked_at", "code_digest", "tries"])
    address = f"postmaster@{domain.name}"
    words = {"name": found.name, "who": by.label, "code": f"{code[:4]} {code[4:]}"}
    text = _(
        "Hello,\n\n%(who)s wants people with addresses of your domain to sign in here with their"
        " company, %(name)s. If that is right, give them this code; it is good for a day:\n\n"
        "    %(code)s\n\nIf you know nothing of it, ignore this email: nothing happens then."
    )
    draft = Draft(
        key=f"sign_on:{domain.pk}:{now.timestamp()}",
        notice="domain_code",
        to=address,
        language=get_language() or "en",
        subject=gettext("May people of your domain sign in with their company?"),
        text=str(text) % words,
        is_secret=True,
        account_id=found.account_id,
    )
    send_message(draft, now=now)
    _tell(by, "proof_asked", found, now, domain=domain.name)
    return address


@transaction.atomic
def _try_code(by: Actor, provider_id: UUID, domain_id: UUID, code: str, now: datetime) -> bool:
    found, domain = _waiting(by, provider_id, domain_id)
    is_over = not domain.asked_at or now - domain.asked_at > CODE_LIVES
    if is_over or domain.tries >= MOST_TRIES:
        return False
    domain.tries += 1
    given = _digest(domain, "".join(code.split()))
    is_right = hmac.compare_digest(given, domain.code_digest)
    if is_right:
        domain.proved_at, domain.code_digest = now, ""
        _tell(by, "domain_proved", found, now, domain=domain.name)
    domain.save(update_fields=["tries", "proved_at", "code_digest"])
    return is_right


def prove_domain(
    *, by: Actor, provider_id: UUID, domain_id: UUID, code: str, now: datetime
) -> None:
    """Take the code that the domain's postmaster was sent: good for a day and five tries.

    Raises NotFound, NotAllowed, NoDomain.
    """
    try:
        is_right = _try_code(by, provider_id, domain_id, code, now)
    except IntegrityError:
        raise NoDomain(_("Another company sign-on speaks for this domain.")) from None
    if not is_right:
        raise NoDomain(_("This code is not the one we sent, or it is no longer valid."))


def _waiting(by: Actor, provider_id: UUID, domain_id: UUID) -> tuple[Provider, MailDomain]:
    found = _kept(by, provider_id)
    domain = found.domains.filter(pk=domain_id, proved_at=None).first()
    if domain is None:
        raise NotFound(_("There is no such domain."))
    return found, domain


def _digest(domain: MailDomain, code: str) -> str:
    return salted_hmac("sign_on.domain", f"{domain.pk}:{code}", algorithm="sha256").hexdigest()


@transaction.atomic
def add_domain(*, by: Actor, provider_id: UUID, typed: str, now: datetime) -> MailDomain:
    """Let a provider speak for the addresses of a mail domain.

    What our own administrators say of a domain holds; what a customer says waits for its proof.
    Raises NotFound, NotAllowed, NoDomain.
    """
    found = _kept(by, provider_id)
    name = read_domain(typed)
    if not name:
        raise NoDomain(_("Give a mail domain that is your company's alone, as ventorim.example."))
    if found.domains.count() >= MOST_DOMAINS or found.domains.filter(name=name).exists():
        raise NoDomain(_("This domain is there already, or there are too many of them."))
    proved_at = now if by.kind == "staff" else None
    try:
        with transaction.atomic():
            made = MailDomain.objects.create(provider=found, name=name, proved_at=proved_at)
    except IntegrityError:
        raise NoDomain(_("Another company sign-on speaks for this domain.")) from None
    _tell(by, "domain_added", found, now, domain=name, is_proved=proved_at is not None)
    return made


@transaction.atomic
def remove_domain(*, by: Actor, provider_id: UUID, domain_id: UUID, now: datetime) -> None:
    """Let a provider speak for a domain no more. Raises NotFound, NotAllowed."""
    found = _kept(by, provider_id)
    domain = found.domains.filter(pk=domain_id).first()
    if domain is None:
        raise NotFound(_("There is no such domain."))
    domain.delete()
    _tell(by, "domain_removed", found, now, domain=domain.name)


@transaction.atomic
def set_terms(
    *,
    by: Actor,
    provider_id: UUID,
    is_on: bool,
    is_required: bool,
    proves_twice: bool,
    now: datetime,
) -> None:
    """Say whether a provider lets people in, whether it alone does, and whether it proves twice.

    Raises NotFound, NotAllowed, NoProvider.
    """
    found = _kept(by, provider_id)
    if is_on and not (is_connected(found) and found.domains.exclude(proved_at=None).exists()):
        raise NoProvider(_("First connect the sign-on and prove a mail domain."))
    if is_required and not (is_on and found.came_at):
        raise NoProvider(_("First let somebody come in by it, so that nobody is locked out."))
    found.is_on, found.is_required = is_on, is_required
    # A customer's word does not stand in for the second factor that a person has set up here.
    found.proves_twice = proves_twice and found.account_id is None
    found.save(update_fields=["is_on", "is_required", "proves_twice"])
    terms = {name: getattr(found, name) for name in ("is_on", "is_required", "proves_twice")}
    _tell(by, "terms_set", found, now, **terms)


@transaction.atomic
def close_provider(*, by: Actor, provider_id: UUID, now: datetime) -> None:
    """Forget a provider; its people come in by a code again. Raises NotFound, NotAllowed."""
    found = _kept(by, provider_id)
    _tell(by, "closed", found, now)
    found.delete()


def note_came(*, provider_id: UUID, now: datetime) -> None:
    """Keep that a provider has just let somebody in: it works."""
    with acting_as(DOORKEEPER):
        Provider.objects.filter(pk=provider_id).update(came_at=now)


def is_connected(provider: Provider) -> bool:
    """Say whether we know how to ask a provider."""
    if provider.kind == Provider.Kind.SAML:
        return bool(provider.issuer and provider.sso_url and provider.certificates)
    return bool(provider.issuer and provider.client_id and provider.sealed_secret)


def _kept(by: Actor, provider_id: UUID) -> Provider:
    """Return a provider that the actor looks after, locked. Raises NotFound, NotAllowed."""
    found = providers_visible_to(by).select_for_update().filter(pk=provider_id).first()
    if found is None:
        raise NotFound(_("There is no such sign-on."))
    if not keeps(by, found):
        raise NotAllowed(_("Only admins of the account say how its people sign in."))
    return found


def _tell(by: Actor, what: str, about: Provider, now: datetime, **data: object) -> None:
    unit = about.business_units[0] if about.business_units else ""
    where = Where(account_id=about.account_id, business_unit=unit)
    said: Mapping[str, object] = {"provider": str(about.pk), "name": about.name} | data
    record(by=by, what=f"sign_on.{what}", where=where, now=now, **said)
