"""The order that is simulated: what a customer would pay."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from atrio.connectors.sap.simulator.errors import ApiError, not_in_table
from atrio.connectors.sap.simulator.schema import SETS, Row
from atrio.connectors.sap.simulator.values import blank, validated
from atrio.connectors.sap.simulator.writing import System, inline

_MANY = 50  # from so many on it is cheaper
_CENT = Decimal("0.01")


def simulated(system: System, body: Mapping[str, Any]) -> Row:
    """Return the order that the body describes, with its items, and their amounts if asked for."""
    table = SETS["A_SalesOrderSimulation"]
    plain = {name: value for name, value in body.items() if name not in table.navigations}
    order = blank(table) | validated(table, plain, creates=True)
    terms = _terms(system, order)
    below = SETS["A_SalesOrderItemSimulation"]
    items = [
        blank(below) | validated(below, said, creates=True)
        for said in inline("to_Item", body.get("to_Item") or [], is_many=True)
    ]
    # Quantities of one material count together towards its scale.
    together: dict[str, Decimal] = {}
    for item in items:
        before = together.get(item["Material"], Decimal(0))
        together[item["Material"]] = before + Decimal(item["RequestedQuantity"])
    order["TransactionCurrency"] = terms["Currency"]
    for item in items:
        amount = _amount(system, item, terms, together[item["Material"]])
        item["TransactionCurrency"] = terms["Currency"]
        item["NetAmount"] = format(amount, "f") if "to_Pricing" in body else "0"
    order["to_Item"] = items
    if "to_Pricing" in body:
        total = sum((Decimal(item["NetAmount"]) for item in items), Decimal(0))
        pricing = blank(SETS["A_SalesOrderPricingSimulation"])
        pricing |= {"TotalNetAmount": str(total), "TransactionCurrency": terms["Currency"]}
        order["to_Pricing"] = pricing
    return order


def _terms(system: System, order: Row) -> Row:
    """Return the sales area's row of whoever buys; raises ApiError if nobody may."""
    number = order["SoldToParty"]
    customer = system.store.row("A_Customer", (number,))
    partner = system.store.row("A_BusinessPartner", (number,))
    if customer is None or partner is None:
        raise ApiError(400, "VP/199", f"Customer {number} does not exist", field="SoldToParty")
    areas = system.store.where(
        "A_CustomerSalesArea",
        Customer=number,
        SalesOrganization=order["SalesOrganization"],
        DistributionChannel=order["DistributionChannel"],
        Division=order["OrganizationDivision"],
    )
    if not areas:
        message = f"Sold-to party {number} not maintained for sales area"
        raise ApiError(400, "VP/202", message, field="SoldToParty")
    if (
        partner["BusinessPartnerIsBlocked"]
        or customer["OrderIsBlockedForCustomer"]
        or areas[0]["OrderIsBlockedForCustomer"]
    ):
        raise ApiError(400, "VP/204", f"Customer {number} is blocked", field="SoldToParty")
    return areas[0]


def _amount(system: System, item: Row, terms: Row, together: Decimal) -> Decimal:
    number = item["Material"]
    product = system.store.row("A_Product", (number,))
    where = (number, terms["SalesOrganization"], terms["DistributionChannel"])
    offer = system.store.row("A_ProductSalesDelivery", where)
    if product is None or product["IsMarkedForDeletion"] or offer is None:
        raise not_in_table(number, "MVKE", "Material")
    alone, many = system.customizing.price_groups[terms["CustomerPriceGroup"]]
    percent = many if together >= _MANY else alone
    each = _rounded(Decimal(offer["_price"]) * percent / 100)
    return _rounded(each * Decimal(item["RequestedQuantity"]))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
