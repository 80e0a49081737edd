"""The quiet ways out of a page: to another device, or out of the application."""

from __future__ import annotations

from django.urls import reverse

from atrio.onboarding.actions.withdraw_application import may_be_withdrawn
from atrio.onboarding.queries import Application
from atrio.onboarding.tokens import token_for


def ways_out(application: Application) -> dict[str, str]:
    """Return where the applicant may go from here, {} when there is nothing to leave."""
    if not may_be_withdrawn(application):
        return {}
    address = {"token": token_for(application.pk)}
    return {
        "elsewhere": reverse("apply:elsewhere", kwargs=address),
        "withdraw": reverse("apply:withdraw", kwargs=address),
    }
