"""Locks on names, between connections."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.utils import timezone

from atrio.kernel.locks import alone_with
from atrio.outside.models import Connection
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "select code from outside_connection where id = %s"


@contextmanager
def another_worker():
    """Run what is submitted in a thread with a connection of its own."""
    with ThreadPoolExecutor(1) as thread:
        try:
            yield thread
        finally:
            thread.submit(hang_up).result()


def hang_up():
    connection.close()


@contextmanager
def somebody_else_with(name, *, among):
    """Hold a lock on another connection."""
    lock = alone_with(name, among=among)
    with another_worker() as thread:
        assert thread.submit(lock.__enter__).result()
        try:
            yield
        finally:
            thread.submit(lock.__exit__, None, None, None).result()


def is_free(name, *, among="calls", **options):
    with alone_with(name, among=among, **options) as is_ours:
        return is_ours


def test_two_are_never_alone_with_one_name():
    with somebody_else_with("create:1", among="calls"):
        assert not is_free("create:1")
        assert is_free("create:2")
    assert is_free("create:1")


def test_names_of_another_kind_do_not_meet():
    with somebody_else_with("1", among="calls"):
        assert is_free("1", among="messages")


def test_a_lock_ends_with_its_connection():
    with another_worker() as thread:
        lock = alone_with("1", among="calls")
        assert thread.submit(lock.__enter__).result()
        assert not is_free("1")
        thread.submit(hang_up).result()
        eventually(lambda: is_free("1"))  # the database's process ends a moment later
        thread.submit(lock.__exit__, None, None, None).result()


def test_a_lock_is_given_back_when_its_block_fails():
    with pytest.raises(ZeroDivisionError), alone_with("1", among="calls"):
        1 / 0  # noqa: B018
    with another_worker() as thread:
        assert thread.submit(is_free, "1").result()


def test_a_name_is_found_and_locked_in_one_trip(django_assert_num_queries):
    row = Connection.objects.create(
        code="erp-br", port="erp", product="memory", base_url="memory:x", created_at=timezone.now()
    )
    with somebody_else_with("erp-br", among="calls"), django_assert_num_queries(1):
        assert not is_free(row.pk, found_by=CODE)
    with pytest.raises(ObjectDoesNotExist):
        is_free(uuid4(), found_by=CODE)
