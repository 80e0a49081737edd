"""Prices, as an order would have them: SAP simulates one and forgets it.

There is no service that says what a customer pays; conditions, scales and exclusions are what
pricing is, and none of it is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atrio.connectors.sap.batch import Write
from atrio.connectors.sap.odata import Done, Gateway, Row, related
from atrio.connectors.sap.setup import Setup
from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports import Price, PriceQuestion

SERVICE = "API_SALES_ORDER_SIMULATION_SRV"
_ORDER = "A_SalesOrderSimulation"
_ITEMS_AT_ONCE = 500
_FINEST = Decimal("0.0001")
_CENTS = Decimal("0.01")

Asked = Sequence[tuple[int, PriceQuestion]]  # each with its place among the questions


def prices(
    gateway: Gateway, setup: Setup, customer: str, questions: Sequence[PriceQuestion]
) -> list[Price]:
    """Return what the customer would pay, in the order of the questions; in one request.

    An article that SAP refuses costs a second one, in which each is asked for by itself. Raises
    OutsideFailure if all of several are refused: then it is not the articles.
    """
    orders = list(_orders(questions))
    outcomes = _simulated(gateway, setup, customer, orders)
    found: dict[int, Price] = {}
    again: list[tuple[int, PriceQuestion]] = []
    for order, outcome in zip(orders, outcomes, strict=True):
        if isinstance(outcome, OutsideFailure) and outcome.code in ("invalid", "not_found"):
            again.extend(order)
        else:
            found.update(_prices_in(_row(outcome), order))
    singles = [[one] for one in again]
    failure: OutsideFailure | None = None
    for order, outcome in zip(singles, _simulated(gateway, setup, customer, singles), strict=True):
        if isinstance(outcome, OutsideFailure):
            failure = outcome
        else:
            found.update(_prices_in(_row(outcome), order))
    if failure and not found and len(questions) > 1:
        raise failure
    return [found[place] for place in sorted(found)]


def _orders(questions: Sequence[PriceQuestion]) -> list[list[tuple[int, PriceQuestion]]]:
    """Return the questions as orders in which no article stands twice.

    In one order the quantities of an article may count together towards its scale.
    """
    turns: dict[str, int] = {}
    orders: list[list[tuple[int, PriceQuestion]]] = []
    for place, question in enumerate(questions):
        turn = turns.get(question.article, 0)
        turns[question.article] = turn + 1
        while len(orders) <= turn:
            orders.append([])
        orders[turn].append((place, question))
    return [
        order[start : start + _ITEMS_AT_ONCE]
        for order in orders
        for start in range(0, len(order), _ITEMS_AT_ONCE)
    ]


def _simulated(
    gateway: Gateway, setup: Setup, customer: str, orders: Sequence[Asked]
) -> list[list[Done] | Exception]:
    if not orders:
        return []
    writes = [[Write("POST", _ORDER, _order(setup, customer, order))] for order in orders]
    return gateway.batch(SERVICE, writes)


def _order(setup: Setup, customer: str, asked: Asked) -> dict[str, Any]:
    items = [
        {
            "SalesOrderItem": str(10 * number),
            "Material": question.article,
            "RequestedQuantity": str(question.quantity),
        }
        for number, (_place, question) in enumerate(asked, start=1)
    ]
    return {
        "SalesOrderType": setup.order_type,
        "SalesOrganization": setup.sales_organization,
        "DistributionChannel": setup.distribution_channel,
        "OrganizationDivision": setup.division,
        "SoldToParty": customer,
        # Without it there is no pricing in the answer.
        "to_Pricing": {},
        "to_Item": {"results": items},
    }


def _row(outcome: list[Done] | Exception) -> Row:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome[0].row


def _prices_in(order: Row, asked: Asked) -> dict[int, Price]:
    """Return the prices by the places of their questions; an item worth nothing has none."""
    items = {int(item["SalesOrderItem"]): item for item in related(order, "to_Item")}
    found = {}
    for number, (place, question) in enumerate(asked, start=1):
        item = items.get(10 * number)
        net = Decimal(item["NetAmount"] or 0) if item else Decimal(0)
        if item and net:
            amount = _rounded(net / question.quantity)
            found[place] = Price(
                question.article, question.quantity, amount, item["TransactionCurrency"]
            )
    return found


def _rounded(amount: Decimal) -> Decimal:
    """Return a price per unit in cents, finer where that says something."""
    fine = amount.quantize(_FINEST)
    cents = fine.quantize(_CENTS)
    return cents if cents == fine else fine
