"""Numbers and days as people in different places write them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from .cleaning import Invalid

MOST_DIGITS = 15  # more than that a JSON number does not hold exactly
_POINT_IS_DECIMAL = frozenset({"en", "zh", "ja", "ko", "th", "he", "hi"})
_BLANKS = re.compile(r"[\s'’]")
_SYMBOLS = {"BRL": "R$", "EUR": "€", "RUB": "₽", "USD": "US$"}
_CURRENCY_FIRST = frozenset({"en", "pt"})
# What stands between thousands where it is neither a point nor a comma (source: CLDR).
_GROUPS = {"fr": "\N{NARROW NO-BREAK SPACE}", "ru": "\N{NO-BREAK SPACE}"}
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_LOCAL_DAY = re.compile(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})")


def decimal_sign(language: str) -> str:
    """Return what separates the decimals in the language."""
    return "." if language.partition("-")[0] in _POINT_IS_DECIMAL else ","


def read_decimal(text: str, language: str) -> Decimal:
    """Read a number as the language writes it, and as its neighbours do where that is unambiguous.

    "1.234" is a thousand and more in Portuguese and one and a bit in English; "1234.5" and
    "1,234.50" can only mean one thing. Raises Invalid.
    """
    sign = decimal_sign(language)
    digits = _BLANKS.sub("", text)
    local = (re.escape(sign), re.escape("," if sign == "." else "."))
    for decimal, group in (local, local[::-1]):
        shape = rf"[+-]?(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)?(?:{decimal}[0-9]+)?"
        if re.search(r"[0-9]", digits) and re.fullmatch(shape, digits):
            plain = re.sub(group, "", digits)
            number = Decimal(re.sub(decimal, ".", plain))
            if len(number.as_tuple().digits) > MOST_DIGITS:
                raise Invalid("number.too_long", max=MOST_DIGITS)
            return number
    raise Invalid("number.invalid")


def write_decimal(number: Decimal, language: str) -> str:
    """Write a number as the language does, without grouping: the way it is typed."""
    return f"{number:f}".replace(".", decimal_sign(language))


def group_decimal(number: Decimal, language: str) -> str:
    """Write a number as the language does, with its thousands apart: the way it is read."""
    sign = decimal_sign(language)
    group = _GROUPS.get(language.partition("-")[0], "," if sign == "." else ".")
    swap = str.maketrans({",": group, ".": sign})
    return f"{number:,f}".translate(swap)


def with_currency(number: str, currency: str, language: str) -> str:
    """Write an amount's currency where the language has it: "R$ 1.234,50", but "1.234,50 €"."""
    symbol = _SYMBOLS.get(currency, currency)
    plain = language.partition("-")[0]
    pair = (symbol, number) if plain in _CURRENCY_FIRST else (number, symbol)
    return "\N{NO-BREAK SPACE}".join(pair)


def read_day(text: str, language: str) -> date:
    """Read a day: ISO, as browsers send it, or day first, except in English, where that is a guess.

    Raises Invalid.
    """
    found = _ISO_DAY.fullmatch(text)
    if found is None and language.partition("-")[0] != "en":
        found = _LOCAL_DAY.fullmatch(text)
    if found is None:
        raise Invalid("date.invalid")
    try:
        return date(*(int(found[part]) for part in ("year", "month", "day")))
    except ValueError:
        raise Invalid("date.invalid") from None


def day_as_read(iso: str, language: str) -> str:
    """Return an ISO day as it is written in the language; what is no day comes back as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    match language.partition("-")[0]:
        case "de" | "ru":
            return f"{day:%d.%m.%Y}"
        case "pt" | "es" | "fr":
            return f"{day:%d/%m/%Y}"
        case _:
            return iso
