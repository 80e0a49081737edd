"""24. The scope filters removed from the views: row-level security still returns nothing."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import product

import pytest
from django.db import connection
from django.urls import get_resolver, reverse
from django.utils import timezone

from atrio.identity.models import User
from atrio.journeys.queries import compiled
from atrio.onboarding.models import AccessRequest
from atrio.onboarding.tokens import access_token_for, token_for
from atrio.parties.models import LegalEntity
from tests.assertions.applicants import Applicant
from tests.assertions.browsers import browsing, signed_in
from tests.assertions.evidence import rows

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("house")]

PROTECTED = """
    select relname from pg_class
    where relrowsecurity and relnamespace = 'public'::regnamespace and relkind = 'r'
"""


@pytest.fixture
def alice():
    """Somebody whose colleague Bob asks for access."""
    alice = Applicant().become_customer()
    AccessRequest.objects.create(
        application=alice.application,
        account_id=alice.application.account_id,
        company=alice.company,
        name="Bob Reis",
        email="bob@elsewhere.example",
        asked_at=timezone.now(),
    )
    return alice


@pytest.fixture
def mallory():
    return Applicant().become_customer()


@pytest.fixture
def browser(processes, mallory):
    """Mallory's browser, signed in, at a web process that filters nothing."""
    _process, address = processes.web(application="tests.assertions.unfiltered_web:application")
    said = (processes.folder / "01-web.log").read_text()
    assert "without scope: atrio.parties.queries legal_entities_visible_to" in said
    with browsing(address, cookies=signed_in(User.objects.get(email=mallory.email))) as browser:
        yield browser


def test_mallory_finds_nothing_of_alice_on_any_page(browser, alice, mallory):
    pages = pages_of(browser, mallory)
    assert {status for status, _text in pages.values()} <= {200, 404, 405}
    assert mallory.company in pages[reverse("cabinet:company")][1]
    assert [path for path, (_status, text) in pages.items() if shows(text, alice)] == []
    assert speak_for(alice, browser).status_code == 404

    with nothing_protected():  # and it was row-level security that hid it
        pages = pages_of(browser, mallory)
        assert any(shows(text, alice) for _status, text in pages.values())
        assert speak_for(alice, browser).status_code == 302


def speak_for(whom, browser):
    entity = LegalEntity.objects.get(tax_id=whom.number).pk
    return browser.post(reverse("cabinet:switch"), {"entity": entity})


@contextmanager
def nothing_protected():
    tables = [table for (table,) in rows(PROTECTED)]
    assert "parties_legalentity" in tables
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"alter table {table} disable row level security")
        try:
            yield
        finally:
            for table in tables:
                cursor.execute(f"alter table {table} enable row level security")


def pages_of(browser, who):
    """Return address → status and text of all that a customer can open, followed to its end."""
    elements = compiled(who.application.release_id).elements("user")
    known = {
        "token": [token_for(who.pk)],
        "element": [node.id for node in elements if node.lane == "customer"],
        "request_id": AccessRequest.objects.values_list("pk", flat=True),
        "letter": [
            access_token_for(asked.pk, User.objects.get(email=who.email).pk)
            for asked in AccessRequest.objects.all()
        ],
    }
    found = {}
    for path in addresses(known):
        answer = browser.http.get(path, follow_redirects=True)
        found[path] = (answer.status_code, answer.text)
    return found


def addresses(known):
    """Enumerate the addresses of applicants' and customers' pages from the resolver."""
    for namespace in ("cabinet", "apply"):
        _prefix, resolver = get_resolver().namespace_dict[namespace]
        for name in filter(lambda key: isinstance(key, str), resolver.reverse_dict):
            (((_pattern, parts),), *_rest) = resolver.reverse_dict[name]
            for values in product(*(known[part] for part in parts)):
                yield reverse(f"{namespace}:{name}", args=values)


def shows(text, whom):
    return any(word in text for word in (whom.company, whom.email, whom.number))
