"""Rows written by statements made once are the same as Django's own."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from atrio.kernel.ids import new_id
from atrio.kernel.rows import insert_all, update_row
from atrio.outside.models import Connection

pytestmark = pytest.mark.django_db


def connection(code, **values):
    values = {"port": "erp", "product": "memory", "base_url": "memory:x"} | values
    return Connection(id=new_id(), code=code, created_at=timezone.now(), **values)


def test_rows_come_back_as_they_were_given(django_assert_num_queries):
    rows = [
        connection("one", options={"deep": [1, None, "Ünï %s"]}),
        connection("two", base_url="memory:'; drop table x"),
    ]

    with django_assert_num_queries(1):
        insert_all(rows)

    for row in rows:
        held = Connection.objects.get(pk=row.pk)
        names = [field.attname for field in Connection._meta.concrete_fields]
        assert {n: getattr(held, n) for n in names} == {n: getattr(row, n) for n in names}


def test_no_rows_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_all([])


def test_an_update_writes_the_named_fields_and_no_other():
    row = connection("one", options={"a": 1})
    insert_all([row])
    row.options, row.base_url = {"b": [2]}, "memory:other"
    row.created_at += timedelta(days=1)

    update_row(row, "options", "created_at")

    held = Connection.objects.get(pk=row.pk)
    assert (held.options, held.base_url, held.created_at) == (
        {"b": [2]},
        "memory:x",
        row.created_at,
    )


def test_an_update_of_a_row_that_is_gone_says_so():
    with pytest.raises(ObjectDoesNotExist):
        update_row(connection("gone"), "options")
