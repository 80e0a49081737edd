"""A business unit at its own host: its name, its colour, its journeys, links that lead there."""

from __future__ import annotations

import pytest
from django.core.cache import caches

from atrio.onboarding.models import Application
from atrio.seller.colours import NIGHT, PAPER, READABLE, VERY_READABLE, contrast, shades
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import address_of
from tests.onboarding.house import furnish
from tests.parties.customers import Browser

SOUTH = "sul.nordlicht.example"


@pytest.fixture
def south(db, settings):
    """Furnish the house with a second unit that offers the same and has a host of its own."""
    settings.ALLOWED_HOSTS = ["*"]
    unit = furnish()
    branch = BusinessUnit.objects.get(pk=unit.pk)
    branch.pk, branch.code, branch.name = None, "nordlicht-sul", "Nordlicht Supplies Sul"
    branch.id = BusinessUnit._meta.pk.get_default()
    branch.host, branch.brand, branch.accent = SOUTH, "Nordlicht Sul", "#ffdd00"
    branch.save(force_insert=True)
    caches["process"].clear()
    yield branch
    caches["process"].clear()


def test_at_its_own_host_the_page_bears_its_name_and_its_colour(south):
    page = Browser(headers={"host": SOUTH}).get("/").content.decode()

    assert "· Nordlicht Sul" in page
    assert '<link rel="stylesheet" href="/brand/ffdd00.css">' in page


def test_elsewhere_the_page_is_the_houses_and_knows_nothing_of_it(south, settings):
    page = Browser().get("/").content.decode()

    assert f"· {settings.ATRIO_BRAND}" in page
    assert ' href="/brand/' not in page
    assert page.count('name="pack"') == 1
    assert "nordlicht-sul" not in page


def test_who_begins_there_becomes_its_customer_and_letters_lead_there(south):
    browser = Browser(headers={"host": SOUTH})
    browser.get("/")

    browser.post("/apply/start/", {"pack": "company_br", "unit": "nordlicht-sul"})

    assert Application.objects.get().business_unit == "nordlicht-sul"
    assert address_of("nordlicht-sul").endswith(f"//{SOUTH}")
    assert SOUTH not in address_of("nordlicht-br")


def test_several_units_of_one_host_are_told_apart_by_name(south):
    BusinessUnit.objects.update(host="")
    caches["process"].clear()

    page = Browser().get("/").content.decode()

    assert page.count('name="pack"') == 2
    assert "Company in Brazil · Nordlicht Supplies Sul" in page


@pytest.mark.parametrize("unit", ["nowhere", "nordlicht-br\0", "x" * 300])
def test_nobody_becomes_the_customer_of_a_unit_that_is_not_there(south, unit):
    answer = Browser().post("/apply/start/", {"pack": "company_br", "unit": f"{unit}x"})

    assert answer.status_code == 404
    assert not Application.objects.exists()


def test_the_sheet_sets_the_colour_so_that_everybody_can_read_it(south):
    answer = Browser().get("/brand/ffdd00.css")

    assert answer["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer["cache-control"]
    assert "--brand-accent-dark: #ffdd00;" in answer.content.decode()


@pytest.mark.parametrize("colour", ["red", "ffdd0", "FFDD00", "ffdd000", "zzzzzz"])
def test_what_is_no_colour_has_no_sheet(colour, db):
    assert Browser().get(f"/brand/{colour}.css").status_code == 404


@pytest.mark.parametrize(
    "accent", ["#000000", "#ffffff", "#ffdd00", "#08756c", "#ff0000", "#0000ff", "#7f7f7f"]
)
def test_every_colour_is_readable_on_light_and_on_dark_pages(accent):
    made = shades(accent)

    assert contrast(made.light, PAPER) >= READABLE
    assert contrast(made.light_strong, PAPER) >= VERY_READABLE
    assert contrast(made.dark, NIGHT) >= READABLE
    assert contrast(made.dark_strong, NIGHT) >= VERY_READABLE
    assert shades(made.light).light == made.light
