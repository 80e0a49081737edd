"""A desk within one transaction, for tests of pages that help those who apply."""

from __future__ import annotations

from atrio.identity.models import User
from tests.parties.customers import Browser


def at_the_desk(actor, *, language="en"):
    """Seat a member of staff before the desk, served as the web process is by the database."""
    browser = Browser(headers={"accept-language": language})
    browser.force_login(User.objects.get(pk=actor.id))
    return browser
