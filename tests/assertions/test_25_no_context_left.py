"""25. A pooled connection after an exception: no context is left behind."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from atrio.identity.models import User
from atrio.onboarding.models import Application
from atrio.onboarding.tokens import token_for
from atrio.parties.models import Account
from tests.assertions.applicants import Applicant
from tests.assertions.browsers import browsing

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("house")]

NOTHING = ["atrio_web", "atrio_web", "", "", "", 0, 0]  # who asks, in whose name, what is seen
FAILURES = {"": 200, "refusal": 403, "bug": 500, "sql": 500}


@pytest.fixture
def alice():
    return Applicant().become_customer()


@pytest.fixture
def browser(processes, alice):
    """Alice's browser, at a web process with one thread and therefore one connection."""
    _process, address = processes.web(
        application="tests.assertions.exploding_web:application", threads=1
    )
    client = Client()
    client.force_login(User.objects.get(email=alice.email))
    name = settings.SESSION_COOKIE_NAME
    with browsing(address, cookies={name: client.cookies[name].value}) as browser:
        yield browser


def test_the_next_request_on_the_same_connection_starts_as_nobody(browser, alice):
    assert (Application.objects.count(), Account.objects.count()) == (1, 1)
    pages = [reverse("apply:track", args=[token_for(alice.pk)]), reverse("cabinet:company")]
    connections = {probe(browser)["pid"]}
    for page in pages:
        for how, status in FAILURES.items():
            answer = browser.http.get(page, headers={"X-Explode": how} if how else {})
            assert answer.status_code == status, (page, how)

            left = probe(browser)
            connections.add(left["pid"])
            assert left["carried"] == NOTHING, (page, how)
    assert len(connections) == 1


def probe(browser):
    return browser.http.get("/probe/").json()
