"""Alice's company has a sign-on of its own, and Nordlicht has one for those who work there."""

from __future__ import annotations

import pytest
from django.core.cache import cache, caches
from django.utils import timezone

from atrio.kernel.actors import Actor
from atrio.sign_on import actions
from tests.parties.customers import become_customer, make_unit
from tests.sign_on.openid_company import CLIENT, SECRET, working

ADA = Actor(
    kind="staff",
    id="ada",
    label="Ada",
    roles=frozenset({"admin"}),
    business_units=frozenset({"nordlicht-br"}),
)


@pytest.fixture(autouse=True)
def _nobody_has_come_yet():
    """Limits and what a provider says of itself are kept in caches, which outlive a test."""
    cache.clear()
    caches["process"].clear()


@pytest.fixture(autouse=True)
def _mail_goes_through_the_outbox(settings):
    settings.EMAIL_BACKEND = "atrio.notices.email.OutboxBackend"


@pytest.fixture
def unit(db):
    return make_unit()


@pytest.fixture
def customer(unit):
    """Alice, who is a customer."""
    return become_customer(unit)


@pytest.fixture
def company(settings):
    with working() as company:
        settings.ATRIO_SIGN_ON_TO = [company.place]
        yield company


def connected(company, *, by=ADA, domain="ventorim.example", **whose):
    """Return a provider that lets people in."""
    now = timezone.now()
    made = actions.open_provider(by=by, name="Ventorim", kind="oidc", now=now, **whose)
    actions.connect_openid(
        by=by,
        provider_id=made.pk,
        issuer=company.issuer,
        client_id=CLIENT,
        secret=SECRET,
        now=now,
    )
    actions.add_domain(by=by, provider_id=made.pk, typed=domain, now=now)
    say(made, is_on=True, by=by)
    made.refresh_from_db()
    return made


def say(provider, *, by=ADA, is_on=True, is_required=False, proves_twice=False):
    """Say on which terms a provider lets people in."""
    actions.set_terms(
        by=by,
        provider_id=provider.pk,
        is_on=is_on,
        is_required=is_required,
        proves_twice=proves_twice,
        now=timezone.now(),
    )
