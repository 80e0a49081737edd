"""What the database shows of links and deliveries, whatever a query asks for."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection as database

from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.database import acting_as
from atrio.outside.actions import kept_as_deliveries, link
from atrio.outside.connections import open_erp
from tests.outside.conftest import NOON

ALICES, MALLORYS = uuid4(), uuid4()


def member_of(account):
    return Actor(kind="member", id=str(uuid4()), accounts=frozenset({account}))


def count(table):
    with database.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return cursor.fetchone()[0]


@pytest.fixture
def alices_rows(connect):
    connection = connect()
    with acting_as(SYSTEM):
        link(
            connection=connection,
            kind="account",
            object_id=ALICES,
            outside_id="C-1",
            now=NOON,
        )
        with kept_as_deliveries(connection=connection, operation="erp.find", application_id=ALICES):
            open_erp(connection).find_customer(reference="r")


@pytest.mark.usefixtures("alices_rows")
@pytest.mark.django_db(transaction=True)
def test_a_link_is_seen_by_its_own_members_and_by_nobody_elses():
    with acting_as(member_of(ALICES)):
        assert count("outside_link") == 1
    with acting_as(member_of(MALLORYS)):
        assert count("outside_link") == 0


@pytest.mark.usefixtures("alices_rows")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "by",
    [member_of(ALICES), Actor(kind="applicant", id=str(ALICES), application=ALICES)],
    ids=["member", "applicant"],
)
def test_deliveries_are_for_staff_and_the_background_only(by):
    with acting_as(by):
        assert count("outside_delivery") == 0
    for ours in (SYSTEM, Actor(kind="staff", id="s")):
        with acting_as(ours):
            assert count("outside_delivery") == 1
