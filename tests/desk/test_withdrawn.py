"""What a customer has withdrawn, as the desk sees it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from atrio.kernel.actors import Actor
from atrio.onboarding.actions import withdraw_application

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_leaves_the_queue_and_says_what_happened_and_why(referred, carla):
    by = Actor(kind="applicant", id=str(referred.pk), application=referred.pk)
    assert referred.reference in carla.get("/desk/").content.decode()
    review = reverse("desk:decide", args=[referred.pk, "review"])
    assert review in carla.get(f"/desk/applications/{referred.pk}/").content.decode()

    withdraw_application(by=by, reason="Bought elsewhere", now=timezone.now())

    assert referred.reference not in carla.get("/desk/").content.decode()
    assert referred.reference in carla.get("/desk/?view=finished").content.decode()
    page = carla.get(f"/desk/applications/{referred.pk}/").content.decode()
    assert "Withdrawn by the customer" in page
    assert "Bought elsewhere" in page
    assert review not in page  # nothing is left to decide
