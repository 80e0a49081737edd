"""A desk within one transaction, for tests of pages that help those who apply."""

from __future__ import annotations

from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atrio.identity.models import User
from tests.parties.customers import Browser


def at_the_desk(actor, *, language="en"):
    """Seat a member of staff before the desk, served as the web process is by the database."""
    browser = Browser(headers={"accept-language": language})
    browser.force_login(User.objects.get(pk=actor.id))
    return browser


def queries_of(client, address):
    """Count what a page asks the database.

    What a process keeps for half a minute is asked anew before: on a busy machine it may end
    between two counts.
    """
    caches["process"].clear()
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        client.get(address)
    return len(caught)
