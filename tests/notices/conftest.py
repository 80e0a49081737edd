"""A mail server that takes everything, and one unit that writes."""

from __future__ import annotations

import pytest

from tests.notices.postbox import Postbox, listening
from tests.notices.writing import unit_of


@pytest.fixture
def postbox(settings):
    with listening(Postbox()) as box:
        settings.ATRIO_SMTP_URL = box.url
        yield box


@pytest.fixture
def unit(db):
    return unit_of()
