"""Keys of programs: made once, shown once, revoked at once, counted by the minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from atrio.integrators.actions import NothingAllowed, make_key, revoke_key
from atrio.integrators.models import ApiKey
from atrio.integrators.rules import PER_MINUTE
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound
from atrio.onboarding.models import Application
from atrio.parties.models import Account
from atrio.timeline.models import Entry
from tests.api.conftest import Program, program
from tests.onboarding.house import hire
from tests.parties.customers import become_customer, seen_by

pytestmark = pytest.mark.django_db


def key_of(by, **changed):
    said = {
        "name": "Rico's shop",
        "business_units": ["nordlicht-br"],
        "scopes": ["journeys:read"],
        "now": timezone.now(),
    }
    return make_key(by=by, **said | changed)


def test_nothing_that_opens_a_door_is_kept(admin):
    key, secret = key_of(admin)
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(k)::text from integrators_apikey k")
        kept = cursor.fetchone()[0]
    assert secret not in kept
    assert secret.startswith(key.prefix)
    assert Program(secret).read("journeys").status_code == 200


def test_making_and_revoking_stand_in_the_timeline_without_the_key(admin):
    key, secret = key_of(admin)
    revoke_key(by=admin, key_id=key.pk, now=timezone.now())
    revoke_key(by=admin, key_id=key.pk, now=timezone.now())
    told = list(Entry.objects.filter(what__startswith="api_key").order_by("id"))
    assert [(one.what, one.by_label, one.business_unit) for one in told] == [
        ("api_key.made", "Ada", "nordlicht-br"),
        ("api_key.revoked", "Ada", "nordlicht-br"),
    ]
    assert secret not in str(told[0].data)


def test_the_next_request_after_a_key_is_revoked_is_refused(admin):
    key, secret = key_of(admin)
    shop = Program(secret)
    assert shop.read("journeys").status_code == 200
    revoke_key(by=admin, key_id=key.pk, now=timezone.now())
    assert shop.read("journeys").status_code == 401


@pytest.mark.parametrize("wrong", [{"name": " \0 "}, {"business_units": []}, {"scopes": ["all"]}])
def test_a_key_that_could_do_nothing_is_not_made(admin, wrong):
    with pytest.raises(NothingAllowed):
        key_of(admin, **wrong)


def test_an_administrator_makes_keys_for_their_own_units_only(admin, unit):
    with pytest.raises(NotFound):
        key_of(admin, business_units=["nordlicht-br", "elsewhere"])
    with pytest.raises(NotAllowed):
        key_of(hire(unit, "carla@nordlicht.example", "associate"))


def test_mallory_sees_and_revokes_no_key_of_ours(admin):
    key, _secret = key_of(admin)
    mallory = Actor(
        kind="staff", id="m", roles=frozenset({"admin"}), business_units=frozenset({"elsewhere"})
    )
    with pytest.raises(NotFound):
        revoke_key(by=mallory, key_id=key.pk, now=timezone.now())


def test_whoever_asks_too_often_waits_a_minute(admin):
    shop = program(admin)
    shop.read("journeys")
    ApiKey.objects.update(window_count=PER_MINUTE)
    answer = shop.read("journeys")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    ApiKey.objects.update(window_at=timezone.now() - timedelta(minutes=1))
    assert shop.read("journeys").status_code == 200
    assert ApiKey.objects.get().window_count == 1


def test_the_database_shows_a_program_its_own_units_whatever_is_asked(rico, unit):
    rico.begin()
    become_customer_of_ours(unit)
    ours = Actor(kind="integrator", id="0" * 32, business_units=frozenset({"nordlicht-br"}))
    others = Actor(kind="integrator", id="0" * 32, business_units=frozenset({"elsewhere"}))
    with seen_by(ours):
        assert (Application.objects.count(), Account.objects.count()) == (1, 1)
    with seen_by(others):
        assert (Application.objects.count(), Account.objects.count()) == (0, 0)


def become_customer_of_ours(unit):
    return become_customer(unit)
