"""Customers, articles, prices and credit lines in SAP S/4HANA.

Our reference stands in the business partner's external number. SAP does not keep it unique: it
warns of a second one and creates it. So every creation begins with a search, and a warning of
that kind is taken for what it is, two partners for one customer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from atrio.connectors.sap import pricing
from atrio.connectors.sap.batch import Write
from atrio.connectors.sap.credit import CreditAccounts, Limit
from atrio.connectors.sap.odata import (
    Gateway,
    Row,
    equals,
    etag_of,
    greater,
    if_match,
    key,
    related,
)
from atrio.connectors.sap.partners import (
    READ,
    area_in,
    customer_of,
    expanded,
    partner_of,
    persons_of,
)
from atrio.connectors.sap.products import articles
from atrio.connectors.sap.setup import Setup
from atrio.kernel.errors import OutsideFailure
from atrio.outside.http import OutsideHttp
from atrio.outside.ports import (
    CreditLine,
    CustomerDraft,
    ErpArticle,
    ErpCustomer,
    Price,
    PriceQuestion,
    Receipt,
    TaxId,
    spellings,
)

_PARTNERS = "API_BUSINESS_PARTNER"
_NUMBER = 10  # characters of a customer's or a partner's number
# "External BP number … has already been assigned": a warning, and the partner is created.
_TAKEN = "R1/451"
_PERSONS_AT_ONCE = 40
# What is read of a partner to sell to it: blocks, its terms, and their etags.
_TERMS: Mapping[str, Sequence[str]] = {
    "": ("BusinessPartner", "Customer", "BusinessPartnerIsBlocked"),
    "to_Customer": ("Customer", "OrderIsBlockedForCustomer"),
    "to_Customer/to_CustomerSalesArea": (
        *("Customer", "SalesOrganization", "DistributionChannel", "Division"),
        *("CustomerPaymentTerms", "OrderIsBlockedForCustomer"),
    ),
    "to_Customer/to_CustomerCompany": ("Customer", "CompanyCode", "PaymentTerms"),
}


class SapErp:
    """Fulfils the port `Erp` for one sales area and company code; the secret is a password.

    Options: `user`, `client` (SAP's, "100"), those of `Setup`, those of `OutsideHttp`.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret: str = "",
        options: Mapping[str, Any] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare to talk to the system."""
        options = options or {}
        self._setup = Setup.from_options(options)
        self._gateway = Gateway(
            OutsideHttp(
                base_url,
                options=options,
                secrets=[secret],
                transport=transport,
                # What SAP remarks on what it has done, for whoever looks at the exchange.
                telling=["sap-message"],
            ),
            user=str(options["user"]),
            password=secret,
            client=str(options.get("client", "")),
            language=self._setup.language,
        )
        segment, currency = self._setup.credit_segment, self._setup.currency
        self._credit = CreditAccounts(self._gateway, segment=segment, currency=currency)

    def find_customer(
        self, *, reference: str = "", tax_id: TaxId | None = None
    ) -> ErpCustomer | None:
        """Return the oldest partner with our reference, else the oldest one with the tax id."""
        rows = self._with_reference(reference) if reference else []
        if not rows and tax_id and tax_id.number:
            rows = self._with_tax_id(tax_id)
        return next(iter(self._customers(rows)), None)

    def create_customer(self, draft: CustomerDraft) -> Receipt:
        """Create the partner with its roles, address, tax id and sales area, in one request."""
        if earlier := self._with_reference(draft.reference):
            return Receipt(reference=draft.reference, number=earlier[0]["Customer"] or None)
        body = partner_of(draft, self._setup)
        done = self._gateway.create(_PARTNERS, "A_BusinessPartner", body)
        if any(remark.code == _TAKEN for remark in done.remarks):
            numbers = [row["BusinessPartner"] for row in self._with_reference(draft.reference)]
            raise OutsideFailure(
                f"SAP has several partners for {draft.reference}: {', '.join(numbers)}. The first "
                "is kept; the others are to be archived",
                code="duplicate",
            )
        # The customer is made of the partner, which may take SAP a moment longer.
        return Receipt(reference=draft.reference, number=done.row.get("Customer") or None)

    def read_customer(self, number: str) -> ErpCustomer:
        """Return the customer with that number; OutsideFailure("not_found") if there is none."""
        return self._customers([self._with_number(number, READ)])[0]

    def customers(self, *, after: str = "") -> Iterator[ErpCustomer]:
        """Yield every customer of our sales area, by number."""
        where = greater("Customer", after) if after else "Customer ne ''"
        while True:
            page = self._partners(where, orderby="Customer", top=self._setup.page_size)
            ours = [
                row
                for row in page
                if area_in(row, self._setup) and row["Customer"] != self._setup.list_price_customer
            ]
            yield from self._customers(ours)
            if len(page) < self._setup.page_size:
                return
            where = greater("Customer", page[-1]["Customer"])

    def payment_terms(self) -> list[str]:
        """Return the terms that the options name: no service of SAP's does."""
        return list(self._setup.payment_terms)

    def set_credit_line(self, customer: str, line: CreditLine) -> None:
        """Write the payment term of sales area and company together, then the limit."""
        if not self._setup.credit_segment:
            raise OutsideFailure("The connection names no credit segment", code="misconfigured")
        limit = Limit(line.limit, line.currency)
        term = self._setup.payment_term_code(line.payment_term)
        self._credit.refuse(limit)
        row = self._sold_to(customer)
        self._write_term(row, term)
        self._credit.write(row["BusinessPartner"], limit)

    def read_credit_line(self, customer: str) -> CreditLine | None:
        """Return the limit in the credit segment, and the sales area's payment term."""
        row = self._sold_to(customer)
        limit = self._credit.read(row["BusinessPartner"]) if self._setup.credit_segment else None
        if limit is None:
            return None
        area = area_in(row, self._setup) or {}
        term = self._setup.payment_term_name(area.get("CustomerPaymentTerms") or "")
        return CreditLine(limit.amount, limit.currency, term)

    def probe(self) -> None:
        """Read what the options name: our sales area, our company code, the credit segment."""
        counter = self._setup.list_price_customer
        row = self._sold_to(counter)
        codes = [one["CompanyCode"] for one in _companies(row)]
        if area_in(row, self._setup) is None or self._setup.company_code not in codes:
            raise OutsideFailure(
                f"The customer {counter} is not in sales area {' '.join(self._setup.area.values())}"
                f" and company {self._setup.company_code}",
                code="misconfigured",
            )
        if self._setup.credit_segment:
            self._credit.probe()

    def articles(self) -> Iterator[ErpArticle]:
        """Yield what is for sale in our sales area, at what the list price customer would pay."""
        return articles(self._gateway, self._setup)

    def prices(self, customer: str, questions: Sequence[PriceQuestion]) -> list[Price]:
        """Return the prices of a simulated order: a request for the customer, one for them all.

        Raises OutsideFailure("blocked") for a customer from whom SAP takes no orders.
        """
        row = self._sold_to(customer)
        area = area_in(row, self._setup) or {}
        central = row.get("to_Customer") or {}
        if (
            row["BusinessPartnerIsBlocked"]
            or central.get("OrderIsBlockedForCustomer")
            or area.get("OrderIsBlockedForCustomer")
        ):
            raise OutsideFailure(f"SAP takes no orders from {row['Customer']}", code="blocked")
        if not questions:
            return []
        return pricing.prices(self._gateway, self._setup, row["Customer"], questions)

    def _with_reference(self, reference: str) -> list[Row]:
        where = equals("BusinessPartnerIDByExtSystem", [reference.upper()])
        return self._partners(where, orderby="BusinessPartner")

    def _with_tax_id(self, tax_id: TaxId) -> list[Row]:
        category = equals("BPTaxType", [self._setup.tax_type(tax_id)])
        found = self._gateway.rows(
            _PARTNERS,
            "A_BusinessPartnerTaxNumber",
            filter=f"{category} and {equals('BPTaxNumber', [tax_id.number])}",
            select="BusinessPartner",
            orderby="BusinessPartner",
            top=_PERSONS_AT_ONCE,
        )
        numbers = [row["BusinessPartner"] for row in found]
        if not numbers:
            return []
        # A supplier, or somebody's contact person, is no customer.
        where = f"{equals('BusinessPartner', numbers)} and Customer ne ''"
        return self._partners(where, orderby="BusinessPartner")

    def _with_number(self, number: str, read: Mapping[str, Sequence[str]]) -> Row:
        meant = [
            # SAP shows numbers without the zeros that it keeps in front of them.
            spelling.lstrip("0") if spelling.isdecimal() else spelling
            for spelling in spellings(number)
        ]
        meant = [spelling for spelling in dict.fromkeys(meant) if 0 < len(spelling) <= _NUMBER]
        rows = self._partners(equals("Customer", meant), read) if meant else []
        found = {row["Customer"]: row for row in rows}
        row = next((found[spelling] for spelling in meant if spelling in found), None)
        if row is None:
            raise OutsideFailure(f"SAP has no customer {number!r}", code="not_found")
        return row

    def _sold_to(self, number: str) -> Row:
        return self._with_number(number, _TERMS)

    def _partners(
        self, where: str, read: Mapping[str, Sequence[str]] = READ, **query: str | int
    ) -> list[Row]:
        return self._gateway.rows(
            _PARTNERS, "A_BusinessPartner", filter=where, **expanded(read), **query
        )

    def _customers(self, rows: Sequence[Row]) -> list[ErpCustomer]:
        """Return partners as customers, with the names of their contact persons."""
        people: dict[str, str] = {}
        persons = persons_of(rows)
        for start in range(0, len(persons), _PERSONS_AT_ONCE):
            where = equals("BusinessPartner", persons[start : start + _PERSONS_AT_ONCE])
            names = {"": ("BusinessPartner", "FirstName", "LastName")}
            for row in self._partners(where, names):
                name = f"{row['FirstName'] or ''} {row['LastName'] or ''}".strip()
                people[row["BusinessPartner"]] = name
        return [customer_of(row, self._setup, people) for row in rows]

    def _write_term(self, row: Row, term: str) -> None:
        """Give the sales area and the company row this payment term, both or neither."""
        area = area_in(row, self._setup)
        if area is None:
            raise OutsideFailure(f"{row['Customer']} is not in our sales area", code="invalid")
        writes = []
        if (area["CustomerPaymentTerms"] or "") != term:
            path = key("A_CustomerSalesArea", Customer=row["Customer"], **self._setup.area)
            etag = if_match(etag_of(area))
            writes.append(Write("PATCH", path, {"CustomerPaymentTerms": term}, etag))
        for one in _companies(row):
            if one["CompanyCode"] == self._setup.company_code and one["PaymentTerms"] != term:
                code = self._setup.company_code
                path = key("A_CustomerCompany", Customer=row["Customer"], CompanyCode=code)
                writes.append(Write("PATCH", path, {"PaymentTerms": term}, if_match(etag_of(one))))
        if writes:
            (outcome,) = self._gateway.batch(_PARTNERS, [writes])
            if isinstance(outcome, Exception):
                raise outcome


def _companies(row: Row) -> list[Row]:
    return related(row.get("to_Customer") or {}, "to_CustomerCompany")
