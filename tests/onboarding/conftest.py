"""What stands in an onboarding's way, for tests that want it there."""

from __future__ import annotations

import pytest
from django.db import connection

_REFUSE = """
    create function refuse() returns trigger language plpgsql as
        $$ begin raise exception 'no more seats'; end $$;
    create trigger refuse before insert on parties_membership execute function refuse();
"""
_ALLOW = "drop trigger if exists refuse on parties_membership; drop function if exists refuse()"


@pytest.fixture
def seats():
    """Return what lets seats be given again; until then the database gives none."""

    def allow():
        with connection.cursor() as cursor:
            cursor.execute(_ALLOW)

    with connection.cursor() as cursor:
        cursor.execute(_REFUSE)
    yield allow
    allow()
