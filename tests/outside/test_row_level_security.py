"""What the database shows of links and deliveries, whatever a query asks for."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection as database

from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.database import acting_as
from atrio.outside.actions import asking, link
from atrio.outside.connections import open_erp
from tests.outside.conftest import NOON

ALICES, MALLORYS = uuid4(), uuid4()


def member_of(account):
    return Actor(kind="member", id=str(uuid4()), accounts=frozenset({account}))


def applicant_of(application):
    return Actor(kind="applicant", id=str(application), application=application)


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
        with asking(connection=connection, operation="erp.find", application_id=ALICES):
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
def test_a_delivery_is_seen_by_its_own_applicant_by_staff_and_by_the_background():
    for by in (applicant_of(ALICES), SYSTEM, Actor(kind="staff", id="s")):
        with acting_as(by):
            assert count("outside_delivery") == 1
    for by in (applicant_of(MALLORYS), member_of(ALICES)):
        with acting_as(by):
            assert count("outside_delivery") == 0


@pytest.mark.usefixtures("alices_rows")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["outside_delivery", "outside_link"])
def test_nobody_changes_them_from_the_web(table):
    for by in (applicant_of(ALICES), member_of(ALICES)):
        with acting_as(by), database.cursor() as cursor:
            cursor.execute(f"delete from {table}")
            assert cursor.rowcount == 0
