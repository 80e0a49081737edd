"""Numbers and days as each of our languages writes them."""

from datetime import date
from decimal import Decimal

import pytest

from atrio.engine.forms.numbers import day_as_read, group_decimal, read_day, read_decimal

THIN, HARD = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
WRITTEN = {
    "en": ("1,234,567.50", "2026-02-28"),
    "pt-br": ("1.234.567,50", "28/02/2026"),
    "de": ("1.234.567,50", "28.02.2026"),
    "fr": (f"1{THIN}234{THIN}567,50", "28/02/2026"),
    "es": ("1.234.567,50", "28/02/2026"),
    "ru": (f"1{HARD}234{HARD}567,50", "28.02.2026"),
}


@pytest.mark.parametrize("language", WRITTEN)
def test_a_number_is_written_as_in_the_language_and_read_again(language):
    number, _day = WRITTEN[language]

    assert group_decimal(Decimal("1234567.50"), language) == number
    assert read_decimal(number, language) == Decimal("1234567.50")


@pytest.mark.parametrize("language", WRITTEN)
def test_a_day_is_written_as_in_the_language_and_read_again(language):
    _number, day = WRITTEN[language]

    assert day_as_read("2026-02-28", language) == day
    assert read_day(day, language) == date(2026, 2, 28)
