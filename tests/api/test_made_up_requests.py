"""Requests made up from the description find nothing that the description does not say."""

from __future__ import annotations

from collections import Counter

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.test_doors import DOORS
from tests.parties.customers import be_nobody

pytestmark = pytest.mark.django_db

EXAMPLES = 12  # of each operation


@pytest.fixture
def schema():
    # As Django's own client does: the test's connection outlives its requests.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield _schema()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _schema():
    handler = WSGIHandler()

    def served(environ, start_response):
        """Serve within the test's own transaction as the web process is served."""
        be_nobody(role="atrio_web")
        try:
            return [b"".join(handler(environ, start_response))]
        finally:
            be_nobody()

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", served)


def test_whatever_is_sent_is_answered_as_described(schema, rico):
    key = rico.defaults["HTTP_AUTHORIZATION"]
    tried, answered = set(), Counter()
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def try_it(case):
            response = case.call(headers={"Authorization": key})
            answered[response.status_code] += 1
            # What is well-formed may still name what there is not: a journey, a cursor.
            case.validate_response(
                response,
                headers={"Authorization": key},
                excluded_checks=[positive_data_acceptance],
            )

        try_it()
        tried.add((operation.method.lower(), operation.path))
    assert tried == DOORS.keys()
    assert not answered[401]
    assert answered[200]
