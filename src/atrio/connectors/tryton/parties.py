"""What a party of Tryton's is as one of our customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from atrio.outside.ports import ErpContact, ErpCustomer, PostalAddress, TaxId, domain_of

OURS = "atrio:"
# What `customer_of` needs to be read of a party.
FIELDS = (
    "code",
    "name",
    "sale_price_list",
    "sale_price_list.name",
    "identifiers.type",
    "identifiers.code",
    "identifiers.code_compact",
    "contact_mechanisms.type",
    "contact_mechanisms.value",
    "contact_mechanisms.name",
    "contact_mechanisms.active",
    "addresses.active",
    "addresses.street",
    "addresses.postal_code",
    "addresses.city",
    "addresses.subdivision.code",
    "addresses.country.code",
)
# Since 8.0 Tryton names the tax number of every country <country>_vat, whatever its own name is.
_IDENTIFIER_TYPES = {
    "br_cnpj": "br_vat",
    "br_cpf": "br_cpf",
    "eu_vat": "eu_vat",
    "ru_inn": "ru_vat",
}
_PHONES = ("phone", "mobile")

Row = Mapping[str, Any]


def customer_of(row: Row) -> ErpCustomer:
    """Return the party as a customer. Only what is still active speaks for the company."""
    ours = [i for i in row["identifiers."] if not i["type"] and i["code"].startswith(OURS)]
    mechanisms = row["contact_mechanisms."]
    active = [mechanism for mechanism in mechanisms if mechanism["active"]]
    return ErpCustomer(
        number=row["code"],
        reference=ours[0]["code"].removeprefix(OURS) if ours else "",
        legal_name=row["name"] or "",
        tax_id=_tax_id(row["identifiers."]),
        email=_first(active, "email"),
        price_group=(row["sale_price_list."] or {}).get("name", ""),
        phone=_first(active, *_PHONES),
        domain=domain_of(_first(active, "website")),
        address=_address(row["addresses."]),
        contacts=tuple(_contacts(mechanisms)),
    )


def identifier_type(kind: str) -> str:
    """Return Tryton's name for a kind of tax id."""
    return _IDENTIFIER_TYPES.get(kind, kind)


def street_lines(address: PostalAddress) -> str:
    """Return the lines above the city: Tryton has no field for a district."""
    house = f"{address.street}, {address.number}" if address.number else address.street
    return "\n".join(line for line in (house, address.extra, address.district) if line)


def _tax_id(identifiers: Sequence[Row]) -> TaxId | None:
    kinds = {theirs: ours for ours, theirs in _IDENTIFIER_TYPES.items()}
    for identifier in identifiers:
        if identifier["type"] in kinds:
            kind, number = kinds[identifier["type"]], identifier["code_compact"]
            # A VAT id of the Union names its country itself.
            country = number[:2] if kind == "eu_vat" else kind[:2].upper()
            return TaxId(country, kind, number)
    return None


def _contacts(mechanisms: Sequence[Row]) -> Iterator[ErpContact]:
    """Yield the people: mechanisms of one name belong to one, with a line for each address."""
    by_name: dict[str, list[Row]] = {}
    for mechanism in mechanisms:
        by_name.setdefault((mechanism["name"] or "").strip(), []).append(mechanism)
    for name, theirs in by_name.items():
        emails = [mechanism for mechanism in theirs if mechanism["type"] == "email"]
        phones = [mechanism for mechanism in theirs if mechanism["type"] in _PHONES]
        for email in emails or phones[:1]:
            yield ErpContact(
                name=name,
                email=email["value"] if emails else "",
                phone=_first([p for p in phones if p["active"]] or phones, *_PHONES),
                is_active=bool(email["active"]),
            )


def _first(mechanisms: Sequence[Row], *types: str) -> str:
    return next((m["value"] for m in mechanisms if m["type"] in types), "")


def _address(addresses: Sequence[Row]) -> PostalAddress:
    """Return the first address, with its lines read as `street_lines` has written them.

    Of two lines the second is taken for the district, which is seldom missing.
    """
    first = next((address for address in addresses if address["active"]), None)
    if first is None:
        return PostalAddress()
    house, *more = (first["street"] or "").splitlines() or [""]
    street, _, number = house.rpartition(", ")
    country = (first["country."] or {}).get("code") or ""
    region = (first["subdivision."] or {}).get("code") or ""
    return PostalAddress(
        street=street or number,
        number=number if street else "",
        extra=", ".join(more[:-1]),
        district=more[-1] if more else "",
        postal_code=first["postal_code"] or "",
        city=first["city"] or "",
        region=region.removeprefix(f"{country}-"),
        country=country,
    )
