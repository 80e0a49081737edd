"""The quiet ways out of a page: to withdraw."""

from __future__ import annotations

from django.urls import reverse

from atrio.onboarding.actions.withdraw_application import may_be_withdrawn
from atrio.onboarding.queries import Application
from atrio.onboarding.tokens import token_for


def withdraw_url(application: Application) -> str:
    """Return where the applicant may withdraw, "" when there is nothing to withdraw."""
    if not may_be_withdrawn(application):
        return ""
    return reverse("apply:withdraw", kwargs={"token": token_for(application.pk)})
