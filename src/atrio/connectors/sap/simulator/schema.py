"""Which entity sets there are and what their fields take, as SAP's metadata has it.

A field is written `Name:10` for a text of so many characters, `Name:text` for one of any length,
`Name:date`, `Name:offset` (a moment), `Name:bool` or `Name:dec15.3`; `U` behind it: SAP makes
capitals of it; `!`: read only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

PARTNERS = "API_BUSINESS_PARTNER"
PRODUCTS = "API_PRODUCT_SRV"
CREDIT = "API_CRDTMBUSINESSPARTNER"
SIMULATION = "API_SALES_ORDER_SIMULATION_SRV"


@dataclass(frozen=True, slots=True)
class Property:
    """What one field takes."""

    type: str  # "Edm.String", …
    length: int | None = None
    scale: int | None = None
    is_upper: bool = False
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class Navigation:
    """A way from a row to others: their fields → ours, and what else is true of them."""

    target: str
    joins: Mapping[str, str]
    is_many: bool = True
    only: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntitySet:
    """One table of a service."""

    name: str
    keys: tuple[str, ...]
    properties: Mapping[str, Property]
    navigations: Mapping[str, Navigation] = field(default_factory=dict)
    is_creatable: bool = True


_LENGTH = re.compile(r"(\w+):(?:(\d+)|dec\d+\.(\d+)|(\w+?))(U?)(!?)")
_TYPES = {"date": "Edm.DateTime", "offset": "Edm.DateTimeOffset", "bool": "Edm.Boolean"}


def _property(written: str) -> tuple[str, Property]:
    told = _LENGTH.fullmatch(written)
    if told is None:
        raise ValueError(written)
    name, length, scale, kind, upper, locked = told.groups()
    type_ = "Edm.Decimal" if scale else _TYPES.get(kind or "", "Edm.String")
    return name, Property(
        type_,
        length=int(length) if length else None,
        scale=int(scale) if scale else None,
        is_upper=bool(upper),
        is_read_only=bool(locked),
    )


def _set(
    name: str, keys: str, fields: str, *, creatable: bool = True, **navigations: Navigation
) -> EntitySet:
    properties = dict(_property(written) for written in fields.split())
    return EntitySet(name, tuple(keys.split()), properties, navigations, creatable)


def _to(target: str, *shared: str, **joins: str) -> Navigation:
    return Navigation(target, {**{name: name for name in shared}, **joins})


def _to_one(target: str, *shared: str) -> Navigation:
    return Navigation(target, {name: name for name in shared}, is_many=False)


_AREA = "Customer:10U SalesOrganization:4U DistributionChannel:2U Division:2U"
_OF_ADDRESS = "AddressID:10U Person:10U OrdinalNumber:3"
_MAIL = _to("A_AddressEmailAddress", "AddressID", "Person")
_URL = _to("A_AddressHomePageURL", "AddressID", "Person")
_LANDLINE = Navigation(
    "A_AddressPhoneNumber",
    {"AddressID": "AddressID", "Person": "Person"},
    only={"PhoneNumberType": "1"},
)
_MOBILE = Navigation(
    "A_AddressPhoneNumber",
    {"AddressID": "AddressID", "Person": "Person"},
    only={"PhoneNumberType": "3"},
)

_OF_PARTNERS = (
    _set(
        "A_BusinessPartner",
        "BusinessPartner",
        "BusinessPartner:10U Customer:10U! BusinessPartnerCategory:1U BusinessPartnerGrouping:4U"
        " BusinessPartnerFullName:81! CorrespondenceLanguage:2 CreationDate:date! ETag:26!"
        " FirstName:40 LastName:40 Language:2 OrganizationBPName1:40 OrganizationBPName2:40"
        " OrganizationBPName3:40 OrganizationBPName4:40 SearchTerm1:20U"
        " BusinessPartnerIsBlocked:bool IsMarkedForArchiving:bool PersonNumber:10U!"
        " BusinessPartnerIDByExtSystem:20U",
        to_BusinessPartnerAddress=_to("A_BusinessPartnerAddress", "BusinessPartner"),
        to_BusinessPartnerContact=_to(
            "A_BusinessPartnerContact", BusinessPartnerCompany="BusinessPartner"
        ),
        to_BusinessPartnerRole=_to("A_BusinessPartnerRole", "BusinessPartner"),
        to_BusinessPartnerTax=_to("A_BusinessPartnerTaxNumber", "BusinessPartner"),
        to_Customer=_to_one("A_Customer", "Customer"),
    ),
    _set(
        "A_BusinessPartnerAddress",
        "BusinessPartner AddressID",
        "BusinessPartner:10U AddressID:10U CityName:40 Country:3U District:40 HouseNumber:10"
        " Language:2 Person:10U! PostalCode:10U Region:3U StreetName:60 StreetPrefixName:40"
        " StreetSuffixName:40 AddressIDByExternalSystem:20U",
        to_AddressUsage=_to("A_BuPaAddressUsage", "BusinessPartner", "AddressID"),
        to_EmailAddress=_MAIL,
        to_PhoneNumber=_LANDLINE,
        to_MobilePhoneNumber=_MOBILE,
        to_URLAddress=_URL,
    ),
    _set(
        "A_BuPaAddressUsage",
        "BusinessPartner ValidityEndDate AddressUsage AddressID",
        "BusinessPartner:10U ValidityEndDate:offset AddressUsage:10U AddressID:10U"
        " ValidityStartDate:offset StandardUsage:bool",
    ),
    _set(
        "A_AddressEmailAddress",
        "AddressID Person OrdinalNumber",
        f"{_OF_ADDRESS} IsDefaultEmailAddress:bool EmailAddress:241 SearchEmailAddress:20U"
        " AddressCommunicationRemarkText:50",
    ),
    _set(
        "A_AddressPhoneNumber",
        "AddressID Person OrdinalNumber",
        f"{_OF_ADDRESS} DestinationLocationCountry:3U IsDefaultPhoneNumber:bool PhoneNumber:30U"
        " PhoneNumberExtension:10U InternationalPhoneNumber:30U PhoneNumberType:1U"
        " AddressCommunicationRemarkText:50",
    ),
    _set(
        "A_AddressHomePageURL",
        "AddressID Person OrdinalNumber ValidityStartDate IsDefaultURLAddress",
        f"{_OF_ADDRESS} ValidityStartDate:date IsDefaultURLAddress:bool WebsiteURL:2048",
    ),
    _set(
        "A_BusinessPartnerRole",
        "BusinessPartner BusinessPartnerRole",
        "BusinessPartner:10U BusinessPartnerRole:6U ValidFrom:offset ValidTo:offset",
    ),
    _set(
        "A_BusinessPartnerTaxNumber",
        "BusinessPartner BPTaxType",
        "BusinessPartner:10U BPTaxType:4U BPTaxNumber:20U BPTaxLongNumber:60U",
    ),
    _set(
        "A_BusinessPartnerContact",
        "RelationshipNumber BusinessPartnerCompany BusinessPartnerPerson ValidityEndDate",
        "RelationshipNumber:12U BusinessPartnerCompany:10U BusinessPartnerPerson:10U"
        " ValidityEndDate:date ValidityStartDate:date IsStandardRelationship:bool",
        to_ContactAddress=_to(
            "A_BPContactToAddress",
            "RelationshipNumber",
            "BusinessPartnerCompany",
            "BusinessPartnerPerson",
            "ValidityEndDate",
        ),
    ),
    _set(
        "A_BPContactToAddress",
        "RelationshipNumber BusinessPartnerCompany BusinessPartnerPerson ValidityEndDate AddressID",
        "RelationshipNumber:12U BusinessPartnerCompany:10U BusinessPartnerPerson:10U"
        " ValidityEndDate:date AddressID:10U Person:10U!",
        creatable=False,
        to_EmailAddress=_MAIL,
        to_PhoneNumber=_LANDLINE,
        to_MobilePhoneNumber=_MOBILE,
    ),
    _set(
        "A_Customer",
        "Customer",
        "Customer:10U BillingIsBlockedForCustomer:2U CustomerAccountGroup:4U DeliveryIsBlocked:2U"
        " OrderIsBlockedForCustomer:2U PostingIsBlocked:bool DeletionIndicator:bool",
        creatable=False,
        to_CustomerCompany=_to("A_CustomerCompany", "Customer"),
        to_CustomerSalesArea=_to("A_CustomerSalesArea", "Customer"),
    ),
    _set(
        "A_CustomerCompany",
        "Customer CompanyCode",
        "Customer:10U CompanyCode:4U PaymentTerms:4U ReconciliationAccount:10U"
        " PaymentBlockingReason:1U",
    ),
    _set(
        "A_CustomerSalesArea",
        "Customer SalesOrganization DistributionChannel Division",
        f"{_AREA} Currency:5U CustomerPaymentTerms:4U CustomerPriceGroup:2U CustomerGroup:2U"
        " CustomerPricingProcedure:2U PriceListType:2U ShippingCondition:2U SupplyingPlant:4U"
        " IncotermsClassification:3U IncotermsLocation1:70 OrderIsBlockedForCustomer:2U"
        " DeliveryIsBlockedForCustomer:2U BillingIsBlockedForCustomer:2U",
        to_SalesAreaTax=_to(
            "A_CustomerSalesAreaTax",
            "Customer",
            "SalesOrganization",
            "DistributionChannel",
            "Division",
        ),
    ),
    _set(
        "A_CustomerSalesAreaTax",
        "Customer SalesOrganization DistributionChannel Division DepartureCountry"
        " CustomerTaxCategory",
        f"{_AREA} DepartureCountry:3U CustomerTaxCategory:4U CustomerTaxClassification:1U",
    ),
)
_OF_PRODUCTS = (
    _set(
        "A_Product",
        "Product",
        "Product:40U ProductGroup:9U BaseUnit:3 IsMarkedForDeletion:bool",
        to_Description=_to("A_ProductDescription", "Product"),
        to_ProductBasicText=_to("A_ProductBasicText", "Product"),
        to_SalesDelivery=_to("A_ProductSalesDelivery", "Product"),
    ),
    _set(
        "A_ProductDescription",
        "Product Language",
        "Product:40U Language:2 ProductDescription:40",
    ),
    _set("A_ProductBasicText", "Product Language", "Product:40U Language:2 LongText:text"),
    _set(
        "A_ProductSalesDelivery",
        "Product ProductSalesOrg ProductDistributionChnl",
        "Product:40U ProductSalesOrg:4U ProductDistributionChnl:2U SalesMeasureUnit:3"
        " IsMarkedForDeletion:bool",
    ),
)
# The metadata of the next two are not among those that tests compare with.
_OF_CREDIT = (
    _set(
        "CreditManagementAccount",
        "BusinessPartner CreditSegment",
        "BusinessPartner:10U CreditSegment:10U CreditLimitAmount:dec17.3"
        " CreditLimitValidityEndDate:date CreditLimitIsZero:bool CreditSegmentCurrency:5U"
        " CreditAccountIsBlocked:bool CreditAccountBlockReason:2U",
    ),
)
_OF_SIMULATION = (
    _set(
        "A_SalesOrderSimulation",
        "SalesOrder",
        "SalesOrder:10U SalesOrderType:4U SalesOrganization:4U DistributionChannel:2U"
        " OrganizationDivision:2U SoldToParty:10U TransactionCurrency:5U",
        to_Item=_to("A_SalesOrderItemSimulation", "SalesOrder"),
        to_Pricing=_to_one("A_SalesOrderPricingSimulation", "SalesOrder"),
    ),
    _set(
        "A_SalesOrderItemSimulation",
        "SalesOrder SalesOrderItem",
        "SalesOrder:10U SalesOrderItem:6 Material:40U RequestedQuantity:dec15.3"
        " RequestedQuantityUnit:3 NetAmount:dec16.3! TransactionCurrency:5U",
    ),
    _set(
        "A_SalesOrderPricingSimulation",
        "SalesOrder",
        "SalesOrder:10U TotalNetAmount:dec16.3! TransactionCurrency:5U",
    ),
)
SERVICES: Mapping[str, Mapping[str, EntitySet]] = {
    service: {one.name: one for one in sets}
    for service, sets in {
        PARTNERS: _OF_PARTNERS,
        PRODUCTS: _OF_PRODUCTS,
        CREDIT: _OF_CREDIT,
        SIMULATION: _OF_SIMULATION,
    }.items()
}
# No entity set has the name of another service's.
SETS: Mapping[str, EntitySet] = {
    name: one for sets in SERVICES.values() for name, one in sets.items()
}
