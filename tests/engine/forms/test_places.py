"""Addresses as they stand on an envelope in each country."""

import pytest

from atrio.engine.forms.places import address_lines, postal_code

WRITTEN = {
    "BR": (
        {"street": "Rua do Lampião", "number": "5", "city": "Campinas", "region": "SP",
         "postal_code": "13010-001"},
        ["Rua do Lampião, 5", "Campinas – SP, 13010-001"],
    ),
    "DE": (
        {"street": "Lindenweg", "number": "5", "city": "Berlin", "postal_code": "10115"},
        ["Lindenweg 5", "10115 Berlin"],
    ),
    "FR": (
        {"street": "rue des Lilas", "number": "5 bis", "city": "Lyon", "postal_code": "69003"},
        ["5 bis rue des Lilas", "69003 Lyon"],
    ),
    "ES": (
        {"street": "Calle del Olmo", "number": "5", "city": "Alcoy", "region": "Alicante",
         "postal_code": "03801"},
        ["Calle del Olmo, 5", "03801 Alcoy", "Alicante"],
    ),
    "RU": (
        {"street": "ул. Липовая", "number": "5", "city": "Тверь", "region": "TVE",
         "postal_code": "170100"},
        ["ул. Липовая, 5", "170100, Тверь", "Тверская область"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("country", WRITTEN)
def test_an_address_is_written_as_people_there_do(country):
    address, lines = WRITTEN[country]

    assert address_lines(address, home=country, language="en") == lines


def test_an_address_abroad_names_its_country_in_the_readers_language():
    address = {"street": "Lindenweg", "number": "5", "city": "Berlin", "country": "DE"}

    assert address_lines(address, home="RU", language="ru")[-1] == "ГЕРМАНИЯ"
    assert address_lines(address, home="DE", language="ru") == ["Lindenweg 5", "Berlin"]


def test_a_city_that_is_its_own_region_is_said_once():
    moscow = {"street": "ул. Липовая", "city": "Москва", "region": "MOW"}

    assert address_lines(moscow, home="RU", language="ru") == ["ул. Липовая", "Москва"]


@pytest.mark.parametrize(
    ("country", "code", "written"),
    [
        ("FR", "69003", "69003"),
        ("ES", "3801", None),
        ("RU", "170100", "170100"),
        ("RU", "17010", None),
        ("BR", "13010001", "13010-001"),
    ],
)
def test_a_postal_code_has_the_shape_of_its_country(country, code, written):
    assert postal_code(country, code) == written
