"""Read providers, and say whom each lets in."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from atrio.identity.models import User
from atrio.identity.queries import users_by_email
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotFound
from atrio.parties.queries import accounts_visible_to, is_admin_of, member_actor
from atrio.seller.queries import staff_at_work
from atrio.sign_on.models import MailDomain, Provider
from atrio.sign_on.rules import domain_of

# Screens speak of them and import them from here, never from the models.
__all__ = ["MailDomain", "Provider"]

MAY_KEEP_SIGN_ON = ("regional_admin", "admin")
# Whoever asks for a door is nobody yet; the house itself looks which one it is.
DOORKEEPER = Actor(kind="staff", id="sign-on", label="Atrio")


def providers_visible_to(by: Actor) -> QuerySet[Provider]:
    """Return the providers an actor may see: of their accounts, or of the units they keep."""
    accounts = Q(account_id__in=accounts_visible_to(by).values("pk"))
    if by.kind == "member":
        return Provider.objects.filter(accounts)
    if by.kind == "staff" and by.has_role(*MAY_KEEP_SIGN_ON):
        own = Q(account_id=None, business_units__contained_by=sorted(by.business_units))
        return Provider.objects.filter(own | accounts)
    return Provider.objects.none()


def keeps(by: Actor, provider: Provider) -> bool:
    """Say whether an actor, who sees a provider, looks after it."""
    if by.kind == "staff":
        return by.has_role(*MAY_KEEP_SIGN_ON)
    return provider.account_id is not None and is_admin_of(by, provider.account_id)


def provider_at_door(provider_id: UUID, *, is_on: bool = True) -> Provider:
    """Return a provider that lets people in; or any, with `is_on=False`. Raises NotFound."""
    with acting_as(DOORKEEPER):
        found = Provider.objects.filter(pk=provider_id).first()
    if found is None or (is_on and not found.is_on):
        raise NotFound(_("There is no such sign-in."))
    return found


def provider_of(email: str) -> Provider | None:
    """Return the provider that lets in the addresses of this one's domain, if there is one."""
    with acting_as(DOORKEEPER):
        domains = MailDomain.objects.filter(name=domain_of(email), proved_at__isnull=False)
        found = domains.filter(provider__is_on=True).select_related("provider").first()
    return found.provider if found else None


def who_comes(provider: Provider, email: str) -> User | None:
    """Return whom a provider lets in when it says that somebody has this address.

    Nobody whose domain is not its own, who is locked, or who is somebody anywhere else as well:
    a customer's provider cannot bring in our own people, nor those of another customer.
    """
    theirs = provider_of(email)
    if theirs is None or theirs.pk != provider.pk:
        return None
    user = users_by_email([email]).get(email.strip().lower())
    return user if user and lets_in(provider, user) else None


def lets_in(provider: Provider, user: User) -> bool:
    """Say whether a provider may speak for a user, whose address is of a domain of its own."""
    at_work = staff_at_work(user.pk, str(user))
    if provider.account_id is None:
        return bool(at_work and at_work.actor.business_units <= set(provider.business_units))
    if at_work:
        return False
    with transaction.atomic():
        return member_actor(user.pk, str(user)).accounts == {provider.account_id}


def must_come_by_company(user: User) -> bool:
    """Say whether a user may come in by their company alone.

    Those who look after the sign-on come in by a code as well: somebody must be able to mend it.
    """
    provider = provider_of(user.email)
    if provider is None or not provider.is_required or not lets_in(provider, user):
        return False
    at_work = staff_at_work(user.pk, str(user))
    if at_work:
        return not at_work.actor.has_role(*MAY_KEEP_SIGN_ON)
    with transaction.atomic():
        return not keeps(member_actor(user.pk, str(user)), provider)
