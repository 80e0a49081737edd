"""A customer of ours as a business partner of SAP's, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import phonenumbers

from atrio.connectors.sap.odata import Row, date_of, related
from atrio.connectors.sap.setup import Setup
from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports import (
    CustomerDraft,
    ErpContact,
    ErpCustomer,
    PostalAddress,
    TaxId,
    domain_of,
)

_NAMES = (
    "OrganizationBPName1",
    "OrganizationBPName2",
    "OrganizationBPName3",
    "OrganizationBPName4",
)
_NAME = 40  # characters of each
# How many characters SAP keeps of what must not be cut.
_LENGTHS = {
    "street": ("StreetName", 60),
    "number": ("HouseNumber", 10),
    "extra": ("StreetSuffixName", 40),
    "district": ("District", 40),
    "city": ("CityName", 40),
    "region": ("Region", 3),
    "country": ("Country", 3),
}
_REFERENCE, _EMAIL, _TAX_NUMBER, _POSTAL_CODE = 20, 241, 20, 10
# Cut rather than refused: the one helps searching, the other is a note.
_SEARCH_TERM, _REMARK = 20, 50

_MAIL = ("EmailAddress", "IsDefaultEmailAddress", "AddressCommunicationRemarkText")
_PHONE = (
    "PhoneNumber", "InternationalPhoneNumber", "IsDefaultPhoneNumber",
    "AddressCommunicationRemarkText",
)  # fmt: skip
# What is read of a business partner: navigation → fields; "" is the partner itself.
READ: Mapping[str, Sequence[str]] = {
    "": ("BusinessPartner", "Customer", "BusinessPartnerIDByExtSystem", *_NAMES, "FirstName",
         "LastName", "BusinessPartnerCategory"),
    "to_BusinessPartnerTax": ("BPTaxType", "BPTaxNumber", "BPTaxLongNumber"),
    "to_BusinessPartnerAddress": ("AddressID", "StreetName", "HouseNumber", "StreetSuffixName",
                                  "District", "CityName", "PostalCode", "Region", "Country"),
    "to_BusinessPartnerAddress/to_EmailAddress": _MAIL,
    "to_BusinessPartnerAddress/to_PhoneNumber": _PHONE,
    "to_BusinessPartnerAddress/to_MobilePhoneNumber": _PHONE,
    "to_BusinessPartnerAddress/to_URLAddress": ("WebsiteURL",),
    "to_BusinessPartnerContact": ("BusinessPartnerPerson", "ValidityEndDate"),
    "to_BusinessPartnerContact/to_ContactAddress": ("AddressID",),
    "to_BusinessPartnerContact/to_ContactAddress/to_EmailAddress": _MAIL,
    "to_BusinessPartnerContact/to_ContactAddress/to_PhoneNumber": _PHONE,
    "to_Customer": ("Customer",),
    "to_Customer/to_CustomerSalesArea": ("SalesOrganization", "DistributionChannel", "Division",
                                         "CustomerPriceGroup"),
}  # fmt: skip


def expanded(read: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the query that reads these fields of these navigations."""
    fields = [f"{path}/{name}" if path else name for path, names in read.items() for name in names]
    paths = ",".join(filter(None, read))
    return {"select": ",".join(fields), **({"expand": paths} if paths else {})}


def partner_of(draft: CustomerDraft, setup: Setup) -> dict[str, Any]:
    """Return the body that creates the customer in one request.

    Raises OutsideFailure("invalid") for what SAP has no room for.
    """
    language = draft.language.partition("-")[0].upper()
    roles = ["FLCU00", "FLCU01", *(["UKM000"] if setup.credit_segment else [])]
    partner: dict[str, Any] = {
        "BusinessPartnerCategory": "2",
        **dict(zip(_NAMES, names_of(draft.legal_name), strict=False)),
        "SearchTerm1": draft.trade_name[:_SEARCH_TERM].upper(),
        "BusinessPartnerIDByExtSystem": _fitting("reference", draft.reference, _REFERENCE),
        "Language": language,
        "CorrespondenceLanguage": language,
        "to_BusinessPartnerRole": _many({"BusinessPartnerRole": role} for role in roles),
        "to_BusinessPartnerAddress": _many([_address_of(draft)]),
        "to_Customer": _customer_of(draft, setup),
    }
    if setup.grouping:
        partner["BusinessPartnerGrouping"] = setup.grouping
    if draft.tax_id.number:
        number = _fitting("tax id", draft.tax_id.number, _TAX_NUMBER)
        category = setup.tax_type(draft.tax_id)
        partner["to_BusinessPartnerTax"] = _many([{"BPTaxType": category, "BPTaxNumber": number}])
    return partner


def names_of(name: str) -> list[str]:
    """Return a name in the parts SAP has for it, broken between words where that can be.

    A part that is full goes on in the next without a space; OutsideFailure("invalid") for a name
    that four parts do not hold.
    """
    name = " ".join(name.split())
    for parts in (_wrapped(name), _filled(name)):
        if len(parts) <= len(_NAMES) and joined(parts) == name:
            return parts
    raise OutsideFailure(
        f"SAP has {len(_NAMES)} × {_NAME} characters for a company's name", code="invalid"
    )


def joined(parts: Sequence[str]) -> str:
    """Return the name that parts were made of."""
    name = ""
    for place, part in enumerate(parts):
        goes_on = place > 0 and _length(parts[place - 1]) == _NAME
        name += part if goes_on or not name or not part else f" {part}"
    return name


def customer_of(row: Row, setup: Setup, people: Mapping[str, str]) -> ErpCustomer:
    """Return a business partner as a customer; `people` are the names of persons by number."""
    addresses = related(row, "to_BusinessPartnerAddress")
    address: Row = addresses[0] if addresses else {}
    contacts = (*_own_contacts(address), *_contact_persons(row, people))
    active = [contact for contact in contacts if contact.is_active]
    websites = related(address, "to_URLAddress")
    area = area_in(row, setup) or {}
    return ErpCustomer(
        number=row["Customer"] or "",
        reference=row["BusinessPartnerIDByExtSystem"] or "",
        legal_name=_name_in(row),
        tax_id=_tax_id(related(row, "to_BusinessPartnerTax"), setup),
        email=next((one.email for one in active if one.email), ""),
        price_group=setup.price_group_name(area.get("CustomerPriceGroup") or ""),
        phone=next((one.phone for one in active if one.phone), ""),
        domain=domain_of(websites[0]["WebsiteURL"] or "") if websites else "",
        address=_postal(address),
        contacts=contacts,
    )


def persons_of(rows: Sequence[Row]) -> list[str]:
    """Return the numbers of all contact persons of some partners."""
    found = (one["BusinessPartnerPerson"] for r in rows for one in _relations(r))
    return list(dict.fromkeys(found))


def area_in(row: Row, setup: Setup) -> Row | None:
    """Return the partner's row for our sales area, None if it has none."""
    areas = related(row.get("to_Customer") or {}, "to_CustomerSalesArea")
    ours = setup.area
    return next((one for one in areas if all(one[name] == ours[name] for name in ours)), None)


def _customer_of(draft: CustomerDraft, setup: Setup) -> dict[str, Any]:
    area: dict[str, Any] = {
        **setup.area,
        "Currency": setup.currency,
        "CustomerPriceGroup": setup.price_group_code(draft.price_group),
        "CustomerPaymentTerms": setup.default_payment_term,
        **setup.sales_area_fields,
    }
    if setup.sales_taxes:
        area["to_SalesAreaTax"] = _many(setup.sales_taxes)
    company = {
        "CompanyCode": setup.company_code,
        "PaymentTerms": setup.default_payment_term,
        **setup.company_fields,
    }
    return {"to_CustomerCompany": _many([company]), "to_CustomerSalesArea": _many([area])}


def _address_of(draft: CustomerDraft) -> dict[str, Any]:
    ours = draft.address
    country = ours.country or draft.tax_id.country
    postal_code = ours.postal_code
    if country == "BR" and len(postal_code) == 8 and postal_code.isdecimal():
        postal_code = f"{postal_code[:5]}-{postal_code[5:]}"  # as SAP's rules for Brazil have it
    address: dict[str, Any] = {
        name: _fitting(said, getattr(ours, said), length)
        for said, (name, length) in _LENGTHS.items()
    }
    address["Country"] = country
    address["PostalCode"] = _fitting("postal code", postal_code, _POSTAL_CODE)
    address["to_AddressUsage"] = _many([{"AddressUsage": "XXDEFAULT"}])
    # A partner of its own for the person would be two requests more, and could be left half done.
    whose = {"AddressCommunicationRemarkText": draft.contact_name[:_REMARK]}
    if draft.email:
        email = _fitting("email address", draft.email, _EMAIL)
        mail = {"EmailAddress": email, "IsDefaultEmailAddress": True, **whose}
        address["to_EmailAddress"] = _many([mail])
    if draft.phone:
        phone = {**_phone_of(draft.phone, country), "IsDefaultPhoneNumber": True, **whose}
        address["to_PhoneNumber"] = _many([phone])
    return address


def _phone_of(number: str, country: str) -> dict[str, str]:
    """Return a number as SAP keeps it: the country, and what is dialled within it."""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return {"PhoneNumber": number[:30]}
    region = phonenumbers.region_code_for_number(parsed) or country
    national = phonenumbers.national_significant_number(parsed)
    return {"DestinationLocationCountry": region, "PhoneNumber": national}


def _fitting(what: str, value: str, length: int) -> str:
    if _length(value) > length:
        raise OutsideFailure(f"SAP keeps {length} characters of a {what}", code="invalid")
    return value


def _length(text: str) -> int:
    """Return how many characters SAP counts: it keeps UTF-16, in which some are two."""
    return len(text.encode("utf-16-le")) // 2


def _filled(text: str) -> list[str]:
    """Return a text in parts that are as full as they can be."""
    parts = []
    while text:
        part = text[:_NAME]
        while _length(part) > _NAME:
            part = part[:-1]
        parts.append(part)
        text = text[len(part) :]
    return parts


def _wrapped(text: str) -> list[str]:
    """Return a text in parts that end between words; only a longer word is broken."""
    parts = []
    while text:
        part = _filled(text)[0]
        if part != text and " " in part:
            # Never full, or the space behind it would be lost.
            part = part[: part.rindex(" ")]
        parts.append(part)
        text = text[len(part) :].lstrip()
    return parts


def _many(rows: Any) -> dict[str, list[Any]]:
    return {"results": list(rows)}


def _name_in(row: Row) -> str:
    if row["BusinessPartnerCategory"] == "1":
        return _person_name(row)
    return joined([row[name] for name in _NAMES if row[name]])


def _person_name(row: Row) -> str:
    return f"{row['FirstName'] or ''} {row['LastName'] or ''}".strip()


def _tax_id(rows: Sequence[Row], setup: Setup) -> TaxId | None:
    found = (
        setup.tax_id(row["BPTaxType"], row["BPTaxNumber"] or row["BPTaxLongNumber"] or "")
        for row in rows
    )
    return next(filter(None, found), None)


def _own_contacts(address: Row) -> Iterator[ErpContact]:
    """Yield whom the partner's own addresses name: those of one remark belong to one."""
    mails = related(address, "to_EmailAddress")
    phones = [*related(address, "to_PhoneNumber"), *related(address, "to_MobilePhoneNumber")]
    names = dict.fromkeys(row["AddressCommunicationRemarkText"] or "" for row in (*mails, *phones))
    for name in names:
        theirs = [r for r in mails if (r["AddressCommunicationRemarkText"] or "") == name]
        reached = [r for r in phones if (r["AddressCommunicationRemarkText"] or "") == name]
        phone = _number_in(reached[0]) if reached else ""
        for email in [row["EmailAddress"] for row in theirs] or [""]:
            yield ErpContact(name=name, email=email, phone=phone)


def _contact_persons(row: Row, people: Mapping[str, str]) -> Iterator[ErpContact]:
    now = datetime.now(UTC)
    for one in _relations(row):
        until = date_of(one["ValidityEndDate"])
        places = related(one, "to_ContactAddress")
        mails = [mail for place in places for mail in related(place, "to_EmailAddress")]
        phones = [phone for place in places for phone in related(place, "to_PhoneNumber")]
        yield ErpContact(
            name=people.get(one["BusinessPartnerPerson"], ""),
            email=mails[0]["EmailAddress"] if mails else "",
            phone=_number_in(phones[0]) if phones else "",
            is_active=until is None or until > now,
        )


def _relations(row: Row) -> list[Row]:
    return related(row, "to_BusinessPartnerContact")


def _number_in(row: Row) -> str:
    return str(row["InternationalPhoneNumber"] or row["PhoneNumber"] or "")


def _postal(row: Row) -> PostalAddress:
    said = {ours: row.get(theirs) or "" for ours, (theirs, _most) in _LENGTHS.items()}
    postal_code = row.get("PostalCode") or ""
    if said["country"] == "BR":
        postal_code = postal_code.replace("-", "")
    return PostalAddress(**said, postal_code=postal_code)
