"""Links: what our objects are called outside."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from atrio.kernel.errors import OutsideFailure
from atrio.outside.actions import link
from atrio.outside.models import Link
from atrio.outside.queries import linked_id
from tests.outside.conftest import NOON

ALICES, BOBS = uuid4(), uuid4()


@pytest.fixture
def tie(connect):
    connection = connect()

    def make(object_id, outside_id, now=NOON, connection=connection):
        return link(
            connection=connection,
            kind="account",
            object_id=object_id,
            outside_id=outside_id,
            now=now,
        )

    make.connection = connection
    return make


def test_a_link_says_what_our_object_is_called_outside(tie):
    tie(ALICES, "C-1")

    known = {"connection": tie.connection, "kind": "account"}
    assert linked_id(**known, object_id=ALICES) == "C-1"
    assert linked_id(**known, object_id=BOBS) is None


def test_the_same_link_twice_is_one_link(tie):
    first = tie(ALICES, "C-1")
    again = tie(ALICES, "C-1", now=NOON + timedelta(hours=1))

    assert again == first
    assert Link.objects.get().created_at == NOON


def test_one_object_has_no_two_outside_ids(tie):
    tie(ALICES, "C-1")

    with pytest.raises(OutsideFailure) as caught:
        tie(ALICES, "C-2")

    assert caught.value.code == "linked_elsewhere"
    assert Link.objects.get().outside_id == "C-1"


def test_one_outside_id_has_no_two_objects(tie):
    tie(ALICES, "C-1")

    with pytest.raises(OutsideFailure) as caught:
        tie(BOBS, "C-1")

    assert caught.value.code == "linked_elsewhere"
    assert Link.objects.get().object_id == ALICES


def test_two_systems_may_use_the_same_id(tie, connect):
    tie(ALICES, "C-1")
    tie(BOBS, "C-1", connection=connect("erp-de"))

    assert Link.objects.count() == 2
