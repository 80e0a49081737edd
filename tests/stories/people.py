"""Applicants for stories: each comes with a company and a person, and walks by what pages show."""

from __future__ import annotations

import re

from django.test import Client

from atrio.notices.models import Message
from atrio.onboarding.models import Application
from tests.onboarding.house import CNPJ, Visitor, accepted, code_sent_to


def apply_as(
    name: str, email: str, *, cnpj: str = CNPJ, language: str = "en", **submitted: str
) -> Visitor:
    """Fill everything in, prove the address, submit, and let the background work."""
    visitor = Visitor(language=language).begin()
    visitor.answer(company__tax_id=cnpj).wait()
    visitor.answer(**accepted(visitor.text))
    visitor.answer(
        contact__name=name,
        contact__email=email,
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
        contact__channel="email",
    )
    visitor.answer(proof__code=code_sent_to(email))
    said = {name.replace("__", "."): value for name, value in submitted.items()}
    visitor.answer(consent__terms="yes", **said)
    return visitor.wait()


def application_of(email: str) -> Application:
    """Return the latest application whose contact has this address."""
    mine = Application.objects.filter(facts__field="contact.email", facts__value=email)
    return mine.latest("created_at")


def letter_to(email: str, notice: str) -> Message:
    """Return the latest letter of a kind to somebody."""
    return Message.objects.filter(to=email, notice=notice).latest("created_at")


def link_in(letter: Message) -> str:
    """Return the path a letter leads to."""
    found = re.search(r"https?://[^/\s]+(/cabinet/requests/[^\s)\"]+)", letter.text)
    assert found, letter.text
    return found[1]


def browser_of(user) -> Client:
    """Return a browser in which this user is signed in."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
