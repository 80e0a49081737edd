"""What a consultant has set up before anybody may create a customer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from atrio.connectors.sap.simulator.errors import ApiError, not_in_table
from atrio.connectors.sap.simulator.schema import Row

# Formats of postal codes that are checked, as SAP's rules by country do.
_POSTAL_CODES = {"BR": r"\d{5}-\d{3}", "DE": r"\d{5}", "RU": r"\d{6}"}


@dataclass(frozen=True, slots=True)
class Organization:
    """A company that sells: its code is its sales organisation's, too."""

    code: str
    country: str
    currency: str
    credit_segment: str
    counter: str  # the customer whose prices are everybody's
    counter_name: str

    @property
    def area(self) -> tuple[str, str, str]:
        """Its sales area: organisation, channel, division."""
        return (self.code, "10", "00")


BRAZIL = Organization("BR01", "BR", "BRL", "1000", "10000", "Venda de balcão")
GERMANY = Organization("DE01", "DE", "EUR", "2000", "10001", "Ladenverkauf")
RUSSIA = Organization("RU01", "RU", "RUB", "3000", "10002", "Розничная продажа")
ORGANIZATIONS = (BRAZIL, GERMANY, RUSSIA)


@dataclass
class Customizing:
    """The codes there are. By price group: percent of the list price, alone and from fifty on."""

    sales_areas: set[tuple[str, str, str]] = field(
        default_factory=lambda: {one.area for one in ORGANIZATIONS}
    )
    companies: set[str] = field(default_factory=lambda: {one.code for one in ORGANIZATIONS})
    payment_terms: set[str] = field(default_factory=lambda: {"", "0001", "NT30", "Z856"})
    price_groups: Mapping[str, tuple[int, int]] = field(
        default_factory=lambda: {"": (100, 97), "R1": (100, 97), "W1": (84, 78)}
    )
    credit_segments: Mapping[str, str] = field(
        default_factory=lambda: {one.credit_segment: one.currency for one in ORGANIZATIONS}
    )
    roles: set[str] = field(
        default_factory=lambda: {"BUP001", "BUP003", "FLCU00", "FLCU01", "UKM000"}
    )
    groupings: set[str] = field(default_factory=lambda: {"", "BP02"})

    def check(self, table: str, row: Row) -> None:
        """Raise ApiError for a code in the row that is not one of ours."""
        if table == "A_CustomerSalesArea":
            area = (row["SalesOrganization"], row["DistributionChannel"], row["Division"])
            if area not in self.sales_areas:
                raise not_in_table(" ".join(map(str, area)), "TVTA", "SalesOrganization")
            self._in("CustomerPriceGroup", row, self.price_groups, "T188")
            self._in("CustomerPaymentTerms", row, self.payment_terms, "T052")
        elif table == "A_CustomerCompany":
            self._in("CompanyCode", row, self.companies, "T001")
            self._in("PaymentTerms", row, self.payment_terms, "T052")
        elif table == "A_BusinessPartnerRole":
            self._in("BusinessPartnerRole", row, self.roles, "TB003")
        elif table == "A_BusinessPartner":
            self._in("BusinessPartnerGrouping", row, self.groupings, "TB001")
        elif table == "A_BusinessPartnerAddress":
            _check_address(row)
        elif table == "A_BusinessPartnerTaxNumber":
            if not re.fullmatch(r"[A-Z]{2}\d", row["BPTaxType"]):
                raise not_in_table(row["BPTaxType"], "TFKTAXNUMTYPE", "BPTaxType")
        elif table == "CreditManagementAccount":
            self._in("CreditSegment", row, self.credit_segments, "UKM_CREDIT_SGMT")

    @staticmethod
    def _in(name: str, row: Row, codes: object, table: str) -> None:
        value = row.get(name) or ""
        if value not in codes:  # type: ignore[operator]
            raise not_in_table(value, table, name)


def _check_address(row: Row) -> None:
    country = row.get("Country") or ""
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise ApiError(400, "AM/010", "Country is a required entry field", field="Country")
    postal_code = row.get("PostalCode") or ""
    rule = _POSTAL_CODES.get(country, ".*")
    if postal_code and not re.fullmatch(rule, postal_code):
        message = f"Postal code {postal_code} must have the format of country {country}"
        raise ApiError(400, "AM/016", message, field="PostalCode")
