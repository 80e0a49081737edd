"""An idempotency key names a request: it is done once, however often it is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from atrio.integrators.jobs import forget
from atrio.integrators.models import KeptAnswer
from atrio.kernel.actors import Actor
from atrio.onboarding.models import Application
from tests.api.conftest import program
from tests.parties.customers import seen_by

pytestmark = pytest.mark.django_db

BEGIN = {"journey": "company_br"}


def test_the_same_request_sent_again_is_answered_as_it_was_and_not_done_again(rico):
    first = rico.send("applications", BEGIN, key="order-1")
    again = rico.send("applications", BEGIN, key="order-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replayed"] == "true"
    assert again["Location"] == first["Location"] == f"/api/v1/applications/{first.json()['id']}"
    assert Application.objects.count() == 1


def test_another_request_under_the_same_key_is_refused(rico):
    rico.send("applications", BEGIN, key="order-1")
    other = rico.send("applications", {**BEGIN, "language": "de"}, key="order-1")
    assert (other.status_code, other.json()["type"]) == (422, "urn:atrio:problem:key-of-another")
    address = rico.begin()
    elsewhere = rico.send(f"{address}/withdrawal", BEGIN, key="order-1")
    assert elsewhere.status_code == 422
    assert Application.objects.count() == 2


def test_what_was_refused_is_refused_again_without_being_tried(rico):
    first = rico.send("applications", {"journey": "nowhere"}, key="order-1")
    again = rico.send("applications", {"journey": "nowhere"}, key="order-1")
    assert (again.status_code, again.content) == (404, first.content)
    assert again["Content-Type"] == "application/problem+json"
    assert again["Idempotent-Replayed"] == "true"


def test_keys_of_two_programs_do_not_meet(rico, admin):
    rico.send("applications", BEGIN, key="order-1")
    other = program(admin, name="Another").send("applications", BEGIN, key="order-1")
    assert "Idempotent-Replayed" not in other
    assert Application.objects.count() == 2


def test_without_an_idempotency_key_nothing_is_done(rico):
    answer = rico.post("/api/v1/applications", BEGIN, content_type="application/json")
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["errors"][0]["field"]
    assert not Application.objects.exists()


def test_the_database_shows_a_program_its_own_answers_only(rico):
    rico.send("applications", BEGIN, key="order-1")
    kept = KeptAnswer.objects.get()
    mine = Actor(kind="integrator", id=str(kept.key_id))
    other = Actor(kind="integrator", id="01a00000-0000-7000-8000-000000000000")
    for by, seen in ((mine, 1), (other, 0), (Actor(kind="applicant", id="x"), 0)):
        with seen_by(by):
            assert KeptAnswer.objects.count() == seen


def test_answers_are_forgotten_after_a_day(rico):
    rico.send("applications", BEGIN, key="order-1")
    forget()
    assert KeptAnswer.objects.exists()
    KeptAnswer.objects.update(at=timezone.now() - timedelta(days=1, seconds=1))
    forget()
    assert not KeptAnswer.objects.exists()
