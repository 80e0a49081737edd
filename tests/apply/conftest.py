"""A house that takes applications."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.apply.people import Applicant
from tests.onboarding.house import furnish


@pytest.fixture
def unit(db):
    """The unit whose customers apply; systems in memory outlive a test, so they get a name."""
    return furnish(name=uuid4().hex)


@pytest.fixture
def alice(unit):
    """Somebody on the landing page."""
    return Applicant()
