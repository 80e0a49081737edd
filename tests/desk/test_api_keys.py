"""Keys for programs: made and shown once, named and revoked, by administrators alone."""

from __future__ import annotations

import re

import pytest

from atrio.integrators.models import ApiKey
from tests.api.conftest import Program
from tests.desk.conftest import branch
from tests.desk.seats import at_the_desk
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db

PAGE = "/desk/systems/keys/"
WANTED = {"name": "Rico's shop", "units": ["nordlicht-br"], "scopes": ["journeys:read"]}


@pytest.fixture
def unit():
    return branch("nordlicht-br")


@pytest.fixture
def desk(unit):
    return at_the_desk(hire(unit, "ada@nordlicht.example", "admin"))


def test_a_key_is_shown_once_and_opens_the_door(desk):
    made = desk.post(PAGE, WANTED)
    secret = re.search(r"atrio_[\w-]{43}", made.content.decode())[0]
    assert "no-store" in made["Cache-Control"]
    assert Program(secret).read("journeys").status_code == 200
    again = desk.get(PAGE).content.decode()
    assert secret not in again
    assert f"{ApiKey.objects.get().prefix}…" in again
    assert "works" in again


def test_a_revoked_key_says_so_and_opens_nothing(desk):
    secret = re.search(r"atrio_[\w-]{43}", desk.post(PAGE, WANTED).content.decode())[0]
    answer = desk.post(f"{PAGE}{ApiKey.objects.get().pk}/revoke", follow=True).content.decode()
    assert "opens nothing any more" in answer
    assert "revoked" in answer
    assert Program(secret).read("journeys").status_code == 401


@pytest.mark.parametrize("missing", ["name", "units", "scopes"])
def test_what_is_missing_is_told_and_what_was_typed_is_kept(desk, missing):
    answer = desk.post(PAGE, {n: v for n, v in WANTED.items() if n != missing})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'id="wrong"' in text
    assert missing == "name" or "Rico&#x27;s shop" in text
    assert not ApiKey.objects.exists()


def test_keys_of_another_unit_are_neither_seen_nor_revoked(desk):
    desk.post(PAGE, WANTED)
    key = ApiKey.objects.get()
    mallory = at_the_desk(hire(branch("elsewhere"), "mallory@elsewhere.example", "admin"))
    assert key.prefix not in mallory.get(PAGE).content.decode()
    assert mallory.post(f"{PAGE}{key.pk}/revoke").status_code == 404
    assert mallory.post(PAGE, WANTED).status_code == 404


def test_a_list_of_keys_asks_the_database_no_more_than_one_key(desk, django_assert_max_num_queries):
    for _ in range(3):
        desk.post(PAGE, WANTED)
    with django_assert_max_num_queries(12):
        desk.get(PAGE)
