"""The invented base as parties of Tryton."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from proteus import Model

Customer = Mapping[str, Any]


def make_customers(tryton: Any, customers: Iterable[Customer]) -> None:
    """Make all parties in one call, then mark the people who have left.

    What is not active cannot be created: nobody may write its type.
    """
    customers = list(customers)
    ids = {
        "lists": {found.name: found.id for found in Model.get("product.price_list").find()},
        "states": {found.code: found.id for found in Model.get("country.subdivision").find()},
        "countries": {found.code: found.id for found in Model.get("country.country").find()},
        "languages": {found.code: found.id for found in Model.get("ir.lang").find()},
    }
    parties = [_party(customer, ids) for customer in customers]
    tryton.get_proxy("party.party").create(parties, tryton.context)
    mechanisms = tryton.get_proxy("party.contact_mechanism")
    for customer in customers:
        names = [c["person"]["name"] for c in customer["contacts"] if not c["is_active"]]
        whose = [("party.code", "=", customer["number"]), ("name", "in", names)]
        if names:
            gone = mechanisms.search(whose, 0, None, None, tryton.context)
            mechanisms.write(gone, {"active": False}, tryton.context)


def _party(customer: Customer, ids: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    tax_id = customer["tax_id"]
    identifiers = [{"type": "br_vat", "code": tax_id["number"]}] if tax_id else []
    return {
        "code": customer["number"],
        "name": customer["legal_name"],
        "lang": ids["languages"]["pt"],
        "sale_price_list": ids["lists"].get(customer["price_group"]),
        "identifiers": [["create", identifiers]],
        "addresses": [["create", [_address(customer["address"], ids)]]],
        "contact_mechanisms": [["create", _mechanisms(customer)]],
    }


def _address(address: Mapping[str, str], ids: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    house = f"{address['street']}, {address['number']}"
    lines = (house, address["extra"], address["district"])
    return {
        "street_unstructured": "\n".join(line for line in lines if line),
        "postal_code": address["postal_code"],
        "city": address["city"],
        "country": ids["countries"][address["country"]],
        "subdivision": ids["states"][f"{address['country']}-{address['region']}"],
        "invoice": True,
        "delivery": True,
    }


def _mechanisms(customer: Customer) -> list[dict[str, Any]]:
    ways = [
        {"type": "phone", "value": customer["phone"]},
        {"type": "website", "value": f"https://www.{customer['domain']}/"},
    ]
    for contact in customer["contacts"]:
        person = contact["person"]
        ways += [
            {"type": kind, "value": person[kind], "name": person["name"]}
            for kind in ("email", "phone")
            if person[kind]
        ]
    return ways
