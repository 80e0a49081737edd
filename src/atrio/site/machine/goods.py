"""The demonstration's catalogue, as other ERPs than Tryton take it."""

from __future__ import annotations

from typing import Any

from atrio.site.machine.tryton.catalogue import articles

# Units by what SAP shows in Portuguese.
_UNITS = {"Unit": "UN", "Meter": "M"}


def goods_for_sap() -> list[dict[str, Any]]:
    """Return the articles in the form in which the simulator of SAP reads them."""
    return [
        {
            "number": article.code,
            "group": group_of(article.code),
            "unit": _UNITS[article.unit],
            "price": str(article.list_price),
            "names": {"EN": article.name.english, "PT": article.name.portuguese},
        }
        for article in articles()
    ]


def groups_for_sap() -> dict[str, str]:
    """Return what SAP's product groups are called: it has no service that says so."""
    return {group_of(article.code): article.category.portuguese for article in articles()}


def group_of(code: str) -> str:
    """Return the product group of an article, which its number begins with."""
    return code.partition("-")[0]
