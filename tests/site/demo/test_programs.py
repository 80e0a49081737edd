"""The demonstration's key: one of its own, kept from start to start, made anew when it is lost."""

from __future__ import annotations

import pytest
from django.utils import timezone

from atrio.identity.actions import ensure_user
from atrio.integrators.actions import revoke_key
from atrio.integrators.models import ApiKey
from atrio.seller.models import Staff
from atrio.seller.queries import staff_actor
from atrio.site.demo.personas import STAFF
from atrio.site.demo.programs import example_key
from tests.api.conftest import Program
from tests.parties.customers import make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def tomas():
    unit = make_unit()
    tomas = next(persona for persona in STAFF if "admin" in persona.roles)
    user = ensure_user(email=tomas.email, name=tomas.name, language="en")
    Staff.objects.create(user=user, business_unit=unit, role="admin")
    return staff_actor(user.pk, tomas.name)


def made(folder):
    return example_key(folder / "key", now=timezone.now())


def test_it_lets_a_program_in_and_is_the_same_at_the_next_start(tomas, tmp_path):
    key = made(tmp_path)
    assert Program(key).read("journeys").status_code == 200
    assert made(tmp_path) == key
    assert ApiKey.objects.count() == 1


def test_nobody_but_its_owner_reads_the_file(tomas, tmp_path):
    made(tmp_path)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_one_that_is_lost_or_revoked_is_made_anew(tomas, tmp_path):
    key = made(tmp_path)
    revoke_key(by=tomas, key_id=ApiKey.objects.get().pk, now=timezone.now())
    assert made(tmp_path) != key
    (tmp_path / "key").unlink()
    made(tmp_path)
    assert ApiKey.objects.count() == 3
