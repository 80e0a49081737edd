"""The articles of a sales area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from atrio.connectors.sap import pricing
from atrio.connectors.sap.odata import Gateway, Row, greater, related
from atrio.connectors.sap.partners import expanded
from atrio.connectors.sap.setup import Setup
from atrio.outside.ports import ErpArticle, PriceQuestion

SERVICE = "API_PRODUCT_SRV"
_AT_ONCE = 200
_READ: Mapping[str, Sequence[str]] = {
    "": ("Product", "ProductGroup", "BaseUnit"),
    "to_Description": ("Language", "ProductDescription"),
    "to_ProductBasicText": ("Language", "LongText"),
    "to_SalesDelivery": (
        *("ProductSalesOrg", "ProductDistributionChnl", "SalesMeasureUnit"),
        "IsMarkedForDeletion",
    ),
}


def articles(gateway: Gateway, setup: Setup) -> Iterator[ErpArticle]:
    """Yield the products of the sales area, page by page, each page with its list prices."""
    where = "IsMarkedForDeletion eq false"
    last = ""
    while True:
        page = gateway.rows(
            SERVICE,
            "A_Product",
            filter=f"{where} and {greater('Product', last)}" if last else where,
            orderby="Product",
            top=_AT_ONCE,
            **expanded(_READ),
        )
        ours = [(row, area) for row in page if (area := _area(row, setup))]
        amounts = _list_prices(gateway, setup, [row["Product"] for row, _area in ours])
        yield from (_article(row, area, setup, amounts) for row, area in ours)
        if len(page) < _AT_ONCE:
            return
        last = page[-1]["Product"]


def _area(row: Row, setup: Setup) -> Row | None:
    """Return what makes the product one that our sales area sells, None if nothing does."""
    where = (setup.sales_organization, setup.distribution_channel)
    for area in related(row, "to_SalesDelivery"):
        here = (area["ProductSalesOrg"], area["ProductDistributionChnl"])
        if here == where and not area["IsMarkedForDeletion"]:
            return area
    return None


def _list_prices(gateway: Gateway, setup: Setup, numbers: Sequence[str]) -> dict[str, Decimal]:
    if not numbers:
        return {}
    questions = [PriceQuestion(number) for number in numbers]
    answers = pricing.prices(gateway, setup, setup.list_price_customer, questions)
    return {price.article: price.amount for price in answers}


def _article(row: Row, area: Row, setup: Setup, amounts: Mapping[str, Decimal]) -> ErpArticle:
    group = row["ProductGroup"] or ""
    return ErpArticle(
        number=row["Product"],
        name=_text(related(row, "to_Description"), "ProductDescription", setup) or row["Product"],
        description=_text(related(row, "to_ProductBasicText"), "LongText", setup),
        category=setup.product_groups.get(group, group),
        unit=area["SalesMeasureUnit"] or row["BaseUnit"],
        list_price=amounts.get(row["Product"], Decimal(0)),
        currency=setup.currency,
    )


def _text(rows: Sequence[Row], name: str, setup: Setup) -> str:
    """Return a text in our language, else in English, else in any."""
    texts = {row["Language"]: row[name] or "" for row in rows}
    spoken = (setup.language.upper(), "EN", *texts)
    return next((texts[language] for language in spoken if texts.get(language)), "")
