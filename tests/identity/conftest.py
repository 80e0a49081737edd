"""What all tests of signing in begin with."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache

from atrio.identity.actions import ensure_user
from atrio.notices.models import Message

ALICE = "alice@ventorim.example"
ASK, CODE = "/sign-in/", "/sign-in/code/"


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet():
    """Limits are counted in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture(autouse=True)
def _mail_goes_through_the_outbox(settings):
    """Django's test runner would put mail elsewhere."""
    settings.EMAIL_BACKEND = "atrio.notices.email.OutboxBackend"


@pytest.fixture
def alice():
    """Alice has a login."""
    return ensure_user(email=ALICE, name="Alice Prado", language="en")


def code_sent_to(email):
    """Return the code in the latest mail to an address."""
    mails = Message.objects.filter(to=email, text__regex="[A-Z]{4}-[A-Z]{4}")
    return re.search(r"[A-Z]{4}-[A-Z]{4}", mails.latest("created_at").text)[0]


def come_by_code(browser, email=ALICE, **more):
    """Sign in by the code of a letter, as far as that leads."""
    browser.post(ASK, {"email": email} | more)
    return browser.post(CODE, {"code": code_sent_to(email)} | more)
