"""The page that says which journeys we offer and what a unit does its own way."""

from __future__ import annotations

import pytest
from django.utils import timezone
from lxml import html

from atrio.journeys.actions import publish
from atrio.kernel.actors import SYSTEM
from atrio.site.demo.seed import PACKS
from tests.desk.conftest import branch
from tests.desk.seats import at_the_desk
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db

PAGE = "/desk/journeys/"


@pytest.fixture
def desk():
    """A process owner of two units, of which the second has something its own way."""
    units = [branch("nordlicht-br"), branch("nordlicht-sul")]
    for unit in units:
        unit.journeys = ["company_br"]
        unit.save()
    publish(by=SYSTEM, folder=PACKS / "company_br", now=timezone.now())
    return at_the_desk(hire(units[1], "ingrid@nordlicht.example", "process_owner"))


def rows(page):
    return [
        " | ".join(" ".join(cell.text_content().split()) for cell in row)
        for row in html.fromstring(page.content).findall(".//tbody/tr")
    ]


def test_the_page_shows_row_by_row_what_a_unit_does_its_own_way(desk):
    told = rows(desk.get(PAGE))

    assert "Decision table “risk” row “young” · Age in days | < 180 | < 365" in told
    assert (
        "Texts, English reasons · company_young"
        " | The company was founded less than six months ago."
        " | The company was founded less than a year ago."
    ) in told
    assert len(told) == 14


def test_a_unit_of_somebody_else_is_not_shown(desk):
    page = desk.get(PAGE).content.decode()

    assert "Nordlicht-Sul" in page
    assert "Nordlicht-Br" not in page


def test_the_page_asks_little(desk, django_assert_max_num_queries):
    desk.get(PAGE)

    with django_assert_max_num_queries(12):
        desk.get(PAGE)
