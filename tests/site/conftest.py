"""What several tests of the whole house share."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import override_settings

from tests.site.tour import Tour
from tests.site.world import World


@pytest.fixture(scope="session")
def tour(django_db_setup, django_db_blocker):
    """What everybody was answered at every address; nothing of it is left in the database."""
    # There is a fault proxy, and it cannot be reached.
    unreachable = override_settings(ATRIO_FAULT_PROXY="http://127.0.0.1:1")
    with django_db_blocker.unblock(), unreachable, transaction.atomic():
        tour = Tour(World())
        transaction.set_rollback(True)
    return tour
