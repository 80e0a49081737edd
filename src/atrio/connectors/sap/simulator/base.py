"""What is there before the first customer of ours: goods, a counter, and customers of old."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import phonenumbers

from atrio.connectors.sap.simulator.customizing import ORGANIZATIONS, Organization
from atrio.connectors.sap.simulator.schema import SETS, Row
from atrio.connectors.sap.simulator.store import Store
from atrio.connectors.sap.simulator.values import blank
from atrio.outside.invented_base import BaseContact, BaseCustomer, invented_base
from atrio.outside.invented_regions import CUSTOMERS

GROUPS = {"Varejo": "R1", "Atacado": "W1", "": ""}
_TAX_TYPES = {"br_cnpj": "BR1", "eu_vat": "DE0", "ru_inn": "RU1"}
_FIRST_PERSON = 30_000
_LAST_YEAR = "/Date(1735603200000)/"
_FOREVER = "/Date(253402214400000)/"


def stock(store: Store, goods: Iterable[Mapping[str, Any]]) -> None:
    """Put articles on the shelves: number, group, unit, names by language, prices by currency.

    An organisation sells what has a price in its currency.
    """
    with store.transaction():
        for one in goods:
            number = {"Product": one["number"]}
            _put(
                store,
                "A_Product",
                number,
                ProductGroup=one["group"],
                BaseUnit=one["unit"],
            )
            for language, name in one["names"].items():
                text = {"Language": language, "ProductDescription": name[:40]}
                _put(store, "A_ProductDescription", number, **text)
            for organization in ORGANIZATIONS:
                if price := one["prices"].get(organization.currency):
                    _offer(store, organization, number, unit=one["unit"], price=price)


def _offer(
    store: Store, organization: Organization, number: Mapping[str, str], *, unit: str, price: str
) -> None:
    place = {
        "ProductSalesOrg": organization.code,
        "ProductDistributionChnl": organization.area[1],
    }
    terms = {"SalesMeasureUnit": unit, "_price": price}
    _put(store, "A_ProductSalesDelivery", number, **place, **terms)


def goods_in(file: Path) -> list[dict[str, Any]]:
    """Return the articles in a file of JSON."""
    return list(json.loads(file.read_text(encoding="utf-8")))


def open_counters(store: Store) -> None:
    """Make the customer who stands for everybody in each organisation that has none."""
    for organization in ORGANIZATIONS:
        if store.row("A_BusinessPartner", (organization.counter,)) is None:
            with store.transaction():
                _partner(store, organization.counter, organization.counter_name, organization)


def fill(store: Store, *countries: str) -> None:
    """Put the invented customers of some countries into a system that has none of them."""
    for organization in ORGANIZATIONS:
        country = organization.country
        base = CUSTOMERS.get(country) or invented_base()
        customers = [customer for customer in base if customer.is_in_erp]
        is_there = store.row("A_BusinessPartner", (customers[0].number,))
        if country in countries and not is_there:
            with store.transaction():
                _fill_one(store, organization, customers)


def _fill_one(store: Store, organization: Organization, base: Iterable[BaseCustomer]) -> None:
    # Numbers of people follow the companies', so that no two countries have the same.
    people = _FIRST_PERSON + 1_000 * ORGANIZATIONS.index(organization)
    for customer in base:
        _put_customer(store, organization, customer)
        for contact in customer.contacts:
            _put_person(store, customer.number, str(people), contact)
            people += 1


def _put_customer(store: Store, organization: Organization, customer: BaseCustomer) -> None:
    address = customer.address
    street = {"StreetName": address.street, "HouseNumber": address.number}
    code = address.postal_code
    at = _partner(
        store,
        customer.number,
        customer.legal_name,
        organization,
        price_group=GROUPS[customer.price_group],
        **street,
        StreetSuffixName=address.extra,
        District=address.district,
        CityName=address.city,
        PostalCode=f"{code[:5]}-{code[5:]}" if address.country == "BR" else code,
        Region=address.region,
        Country=address.country,
    )
    if customer.tax_id:
        number = {
            "BPTaxType": _TAX_TYPES[customer.tax_id.kind],
            "BPTaxNumber": customer.tax_id.number,
        }
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
    store: Store,
    number: str,
    name: str,
    organization: Organization,
    *,
    price_group: str = "",
    **address: str,
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
        **{"Country": organization.country, **address},
    )
    customer = {"Customer": number}
    _put(store, "A_Customer", customer)
    _put(store, "A_CustomerCompany", customer, CompanyCode=organization.code)
    names = ("SalesOrganization", "DistributionChannel", "Division")
    area = dict(zip(names, organization.area, strict=True))
    terms = {"Currency": organization.currency, "CustomerPriceGroup": price_group}
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
