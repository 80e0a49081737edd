"""The demonstration's catalogue, as others than Tryton take it: a second ERP, an outside shop."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from atrio.site.machine.goods_abroad import (
    CATEGORIES,
    FAMILIES,
    size_in_german,
    size_in_russian,
)
from atrio.site.machine.tryton.catalogue import Article, articles

# Units by what SAP shows in Portuguese.
_UNITS = {"Unit": "UN", "Meter": "M"}
# What the outside shop sells, and what its price groups pay of the list price, as in the ERP.
_IN_THE_SHOP = ("HT", "TM", "SA")
_SHARES = {"": Decimal(1), "Varejo": Decimal(1), "Atacado": Decimal("0.84")}
# What a real costs; every country has its own list, and none is computed where prices are shown.
_PER_REAL = {"BRL": Decimal(1), "EUR": Decimal("0.18"), "RUB": Decimal(15)}


def goods_for_sap() -> list[dict[str, Any]]:
    """Return the articles in the form in which the simulator of SAP reads them."""
    return [
        {
            "number": article.code,
            "group": group_of(article.code),
            "unit": _UNITS[article.unit],
            "prices": prices_of(article),
            "names": _names(article),
        }
        for article in articles()
    ]


def groups_for_sap(language: str) -> dict[str, str]:
    """Return what SAP's product groups are called ("PT", …): it has no service that says so."""
    named: dict[str, str] = {}
    for article in articles():
        group = group_of(article.code)
        words = {
            "PT": article.category.portuguese,
            "DE": CATEGORIES[group].german,
            "RU": CATEGORIES[group].russian,
        }
        named[group] = words[language]
    return named


def group_of(code: str) -> str:
    """Return the product group of an article, which its number begins with."""
    return code.partition("-")[0]


def goods_for_shop() -> list[dict[str, Any]]:
    """Return what the outside shop sells, one size of each, with a price for each price group."""
    return [
        {
            "number": article.code,
            "names": {code.lower(): name for code, name in _names(article).items()},
            "prices": {
                group: str((article.list_price * share).quantize(Decimal("0.01")))
                for group, share in _SHARES.items()
            },
        }
        for article in articles()
        if group_of(article.code) in _IN_THE_SHOP and article.code.endswith("-1")
    ]


def prices_of(article: Article) -> Mapping[str, str]:
    """Return the list price in each currency that a unit of the demonstration sells in."""
    return {
        currency: str((article.list_price * rate).quantize(Decimal("0.01")))
        for currency, rate in _PER_REAL.items()
    }


def _names(article: Article) -> dict[str, str]:
    english = article.name.english
    family = next(family for family in FAMILIES if english.startswith(f"{family} "))
    size, abroad = english.removeprefix(f"{family} "), FAMILIES[family]
    return {
        "EN": english,
        "PT": article.name.portuguese,
        "DE": f"{abroad.german} {size_in_german(size)}",
        "RU": f"{abroad.russian} {size_in_russian(size)}",
    }
