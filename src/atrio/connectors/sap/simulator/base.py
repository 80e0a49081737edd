"""What is there before the first customer of ours: goods, a counter, and customers of old."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import phonenumbers

from atrio.connectors.sap.simulator.schema import SETS, Row
from atrio.connectors.sap.simulator.store import Store
from atrio.connectors.sap.simulator.values import blank
from atrio.outside.invented_base import BaseContact, BaseCustomer, invented_base

AREA = ("BR01", "10", "00")
COMPANY = "BR01"
CURRENCY = "BRL"
COUNTER = "10000"  # whose prices are everybody's
GROUPS = {"Varejo": "R1", "Atacado": "W1", "": ""}
_FIRST_PERSON = 30_000
_LAST_YEAR = "/Date(1735603200000)/"
_FOREVER = "/Date(253402214400000)/"


def stock(store: Store, goods: Iterable[Mapping[str, Any]]) -> None:
    """Put articles on the shelves: number, group, unit, price, names by language."""
    with store.transaction():
        for one in goods:
            number = {"Product": one["number"]}
            _put(
                store,
                "A_Product",
                number,
                ProductGroup=one["group"],
                BaseUnit=one["unit"],
                _price=one["price"],
            )
            for language, name in one["names"].items():
                text = {"Language": language, "ProductDescription": name[:40]}
                _put(store, "A_ProductDescription", number, **text)
            place = {"ProductSalesOrg": AREA[0], "ProductDistributionChnl": AREA[1]}
            _put(store, "A_ProductSalesDelivery", number, **place, SalesMeasureUnit=one["unit"])


def goods_in(file: Path) -> list[dict[str, Any]]:
    """Return the articles in a file of JSON."""
    return list(json.loads(file.read_text(encoding="utf-8")))


def open_counter(store: Store) -> None:
    """Make the customer who stands for everybody, unless it is there."""
    if store.row("A_BusinessPartner", (COUNTER,)) is None:
        with store.transaction():
            _partner(store, COUNTER, "Venda de balcão", price_group="")


def fill(store: Store) -> None:
    """Put the invented customers into a system that has none of them."""
    customers = [customer for customer in invented_base() if customer.is_in_erp]
    if store.row("A_BusinessPartner", (customers[0].number,)):
        return
    with store.transaction():
        people = _FIRST_PERSON
        for customer in customers:
            _put_customer(store, customer)
            for contact in customer.contacts:
                _put_person(store, customer.number, str(people), contact)
                people += 1


def _put_customer(store: Store, customer: BaseCustomer) -> None:
    address = customer.address
    street = {"StreetName": address.street, "HouseNumber": address.number}
    code = address.postal_code
    at = _partner(
        store,
        customer.number,
        customer.legal_name,
        price_group=GROUPS[customer.price_group],
        **street,
        StreetSuffixName=address.extra,
        District=address.district,
        CityName=address.city,
        PostalCode=f"{code[:5]}-{code[5:]}",
        Region=address.region,
        Country=address.country,
    )
    if customer.tax_id:
        number = {"BPTaxType": "BR1", "BPTaxNumber": customer.tax_id.number}
        _put(store, "A_BusinessPartnerTaxNumber", {"BusinessPartner": customer.number}, **number)
    _put(store, "A_AddressPhoneNumber", {**at, "OrdinalNumber": "001"}, **_phone(customer.phone))
    website = {"WebsiteURL": f"https://www.{customer.domain}/", "ValidityStartDate": _LAST_YEAR}
    _put(store, "A_AddressHomePageURL", {**at, "OrdinalNumber": "001"}, **website)


def _put_person(store: Store, company: str, number: str, contact: BaseContact) -> None:
    person = contact.person
    first, _, last = person.name.partition(" ")
    _put(
        store,
        "A_BusinessPartner",
        {"BusinessPartner": number},
        BusinessPartnerCategory="1",
        FirstName=first,
        LastName=last,
        PersonNumber=number,
        CreationDate=_today(),
    )
    relation = {
        "RelationshipNumber": number,
        "BusinessPartnerCompany": company,
        "BusinessPartnerPerson": number,
        "ValidityEndDate": _FOREVER if contact.is_active else _LAST_YEAR,
    }
    _put(store, "A_BusinessPartnerContact", relation)
    at = {"AddressID": f"9{number}", "Person": number}
    _put(store, "A_BPContactToAddress", relation, **at)
    if person.email:
        _put(
            store,
            "A_AddressEmailAddress",
            {**at, "OrdinalNumber": "001"},
            EmailAddress=person.email,
            IsDefaultEmailAddress=True,
        )
    _put(store, "A_AddressPhoneNumber", {**at, "OrdinalNumber": "001"}, **_phone(person.phone))


def _partner(
    store: Store, number: str, name: str, *, price_group: str, **address: str
) -> dict[str, str]:
    """Put an organisation that is a customer, and return where its mail and telephone stand."""
    own = {"BusinessPartner": number}
    parts = {f"OrganizationBPName{n + 1}": name[40 * n : 40 * n + 40] for n in range(4)}
    _put(
        store,
        "A_BusinessPartner",
        own,
        Customer=number,
        BusinessPartnerCategory="2",
        CreationDate=_today(),
        **parts,
    )
    for role in ("FLCU00", "FLCU01", "UKM000"):
        _put(store, "A_BusinessPartnerRole", own, BusinessPartnerRole=role)
    address_id = str(store.next_serial("address"))
    _put(
        store,
        "A_BusinessPartnerAddress",
        own,
        AddressID=address_id,
        **{"Country": "BR", **address},
    )
    customer = {"Customer": number}
    _put(store, "A_Customer", customer)
    _put(store, "A_CustomerCompany", customer, CompanyCode=COMPANY)
    area = dict(zip(("SalesOrganization", "DistributionChannel", "Division"), AREA, strict=True))
    terms = {"Currency": CURRENCY, "CustomerPriceGroup": price_group}
    _put(store, "A_CustomerSalesArea", customer, **area, **terms)
    return {"AddressID": address_id, "Person": ""}


def _put(store: Store, name: str, key: Mapping[str, str], **values: object) -> Row:
    return store.put(name, {**blank(SETS[name]), **key, **values})


def _phone(number: str) -> dict[str, object]:
    parsed = phonenumbers.parse(number, None)
    return {
        "DestinationLocationCountry": phonenumbers.region_code_for_number(parsed) or "",
        "PhoneNumber": phonenumbers.national_significant_number(parsed),
        "InternationalPhoneNumber": number,
        "PhoneNumberType": "1",
        "IsDefaultPhoneNumber": True,
    }


def _today() -> str:
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return f"/Date({int(day.timestamp()) * 1000})/"
