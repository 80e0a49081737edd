"""Deliveries: what was exchanged, kept for the desk."""

from __future__ import annotations

from uuid import uuid4

import pytest

from atrio.kernel.errors import NoAnswer
from atrio.outside.actions import asking
from atrio.outside.connections import open_erp
from atrio.outside.models import Delivery
from atrio.outside.queries import deliveries_of

APPLICATION = uuid4()


def test_every_exchange_of_a_block_is_kept_in_order(connect):
    connection = connect()
    with asking(
        connection=connection,
        operation="erp.create_customer",
        key="k",
        attempt=2,
        application_id=APPLICATION,
    ):
        open_erp(connection).find_customer(reference="K7M2-9QXA")
        list(open_erp(connection).articles())

    first, second = deliveries_of(APPLICATION)
    assert "K7M2-9QXA" in first.request
    assert second.request.startswith("articles")
    assert (first.operation, first.key, first.attempt) == ("erp.create_customer", "k", 2)
    assert {first.outcome, second.outcome} == {Delivery.Outcome.OK}


def test_an_exchange_that_failed_is_kept_although_the_error_goes_on(connect):
    connection = connect()
    erp = open_erp(connection)
    erp.break_next("find_customer", "no_answer")

    with (
        pytest.raises(NoAnswer),
        asking(connection=connection, operation="erp.create_customer", application_id=APPLICATION),
    ):
        erp.find_customer(reference="K7M2-9QXA")

    assert deliveries_of(APPLICATION).get().outcome == Delivery.Outcome.NO_ANSWER
