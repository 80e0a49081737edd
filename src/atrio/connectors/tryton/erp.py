"""Customers, articles and prices in Tryton.

Our reference becomes the party's code. The code is the only thing of a party that Tryton keeps
unique, so even two creations at once, one of them given up by us and still at work in there,
cannot make two customers. An identifier without a type carries the reference as well: it tells
a customer that Atrio created from one whose code only looks alike.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from threading import Lock
from typing import Any

import httpx

from atrio.connectors.tryton.parties import (
    FIELDS,
    OURS,
    customer_of,
    identifier_type,
    street_lines,
)
from atrio.connectors.tryton.rpc import TrytonRpc, as_decimal
from atrio.kernel.errors import OutsideFailure
from atrio.outside.http import OutsideHttp
from atrio.outside.ports import (
    CreditLine,
    CustomerDraft,
    ErpArticle,
    ErpCustomer,
    PostalAddress,
    Price,
    PriceQuestion,
    Receipt,
    TaxId,
    spellings,
)

_AT_ONCE = 500
_BELIEVED_SECONDS = 300


class TrytonErp:
    """Fulfils the port `Erp` for one company in one Tryton database.

    Options: `database`, `user` (and the secret is its password); `customer_category` (the party
    category that customers are in, where other parties are there as well); those of
    `OutsideHttp`. The company and its currency are those of the user's preferences.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret: str = "",
        options: Mapping[str, Any] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare to talk to the server; the first operation signs in."""
        options = options or {}
        http = OutsideHttp(base_url, options=options, secrets=[secret], transport=transport)
        self._rpc = TrytonRpc(
            http,
            database=str(options["database"]),
            user=str(options["user"]),
            password=secret,
        )
        self._category = str(options.get("customer_category", ""))
        self._known_ids: dict[tuple[str, ...], tuple[int, float]] = {}
        self._known_lock = Lock()

    def find_customer(
        self, *, reference: str = "", tax_id: TaxId | None = None
    ) -> ErpCustomer | None:
        """Return the party with our reference, else the oldest one with the tax id."""
        keys: list[tuple[str | None, str, str]] = []
        if reference:
            keys.append((None, "code", OURS + reference))
        if tax_id:
            keys.append((identifier_type(tax_id.kind), "code_compact", tax_id.number))
        if not keys:
            return None
        found = self._parties(
            [
                "OR",
                *(
                    ["identifiers", "where", [["type", "=", kind], [field, "=", value]]]
                    for kind, field, value in keys
                ),
            ]
        )
        customers = [customer_of(row) for row in found]
        ours = (customer for customer in customers if reference and customer.reference == reference)
        return next(ours, None) or next(iter(customers), None)

    def create_customer(self, draft: CustomerDraft) -> Receipt:
        """Create the party in one call, with its identifiers, address, contacts and price list."""
        values = self._party_of(draft)
        try:
            self._rpc.call("party.party.create", [values])
        except OutsideFailure as error:
            if error.code != "invalid":
                raise
            # Tryton's words for a code that is taken depend on the user's language; a search does
            # not. Finding it means that an earlier try, or one at this moment, has created it.
            created = self.find_customer(reference=draft.reference)
            if created is None:
                raise
            return Receipt(reference=draft.reference, number=created.number)
        return Receipt(reference=draft.reference, number=draft.reference)

    def read_customer(self, number: str) -> ErpCustomer:
        """Return the party with that code; OutsideFailure("not_found") if there is none."""
        return customer_of(self._party(number))

    def customers(self, *, after: str = "") -> Iterator[ErpCustomer]:
        """Yield every party but companies of our own, the oldest first.

        Tryton sorts codes by their length, and compares them as text: only ids say what is left.
        """
        own = [row["party"] for row in self._rpc.search_read("company.company", [], ["party"])]
        whose: list[list[object]] = [["id", "not in", own]]
        if self._category:
            whose.append(["categories.name", "=", self._category])
        last = self._id_of(after) if after else 0
        while True:
            page = self._parties([*whose, ["id", ">", last]], limit=_AT_ONCE)
            yield from (customer_of(row) for row in page)
            if len(page) < _AT_ONCE:
                return
            last = page[-1]["id"]

    def payment_terms(self) -> list[str]:
        """Return the names of the payment terms, in the language of our user."""
        terms = self._rpc.search_read("account.invoice.payment_term", [], ["name"])
        return [term["name"] for term in terms]

    def set_credit_line(self, customer: str, line: CreditLine) -> None:
        """Write the party's limit and payment term for the company, in one call."""
        currency = self._rpc.session().currency_code
        if line.currency != currency:
            raise OutsideFailure(f"Tryton's limits are in {currency}", code="invalid")
        party = self._party(customer)
        values = {
            "credit_limit_amount": as_decimal(line.limit),
            "customer_payment_term": self._payment_term(line.payment_term),
        }
        self._rpc.call("party.party.write", [party["id"]], values)

    def read_credit_line(self, customer: str) -> CreditLine | None:
        """Return what the party's limit and payment term are for the company."""
        fields = ["credit_limit_amount", "customer_payment_term.name"]
        (party,) = self._rpc.call("party.party.read", [self._party(customer)["id"]], fields)
        if party["credit_limit_amount"] is None:
            return None
        return CreditLine(
            limit=party["credit_limit_amount"],
            currency=self._rpc.session().currency_code,
            payment_term=(party["customer_payment_term."] or {}).get("name", ""),
        )

    def probe(self) -> None:
        """Read the company, which takes a session and the database."""
        self._rpc.call("company.company.read", [self._rpc.session().company], ["currency"])

    def articles(self) -> Iterator[ErpArticle]:
        """Yield every product that is for sale and has a code, with its list price."""
        currency = self._rpc.session().currency_code
        offset = 0
        while True:
            page = self._rpc.search_read(
                "product.product",
                [["salable", "=", True], ["code", "!=", None]],
                [
                    "code", "name", "description", "sale_price_uom", "sale_uom.symbol",
                    "template.categories.name",
                ],
                limit=_AT_ONCE,
                offset=offset,
            )  # fmt: skip
            yield from (_article(row, currency) for row in page)
            if len(page) < _AT_ONCE:
                return
            offset += len(page)

    def prices(self, customer: str, questions: Sequence[PriceQuestion]) -> list[Price]:
        """Return the prices of the party's price list: one call for each different quantity."""
        party = self._party(customer)
        context = {
            "customer": party["id"],
            "price_list": party["sale_price_list"] or self._default_price_list(),
        }
        amounts: dict[tuple[str, Decimal], Decimal] = {}
        for quantity in dict.fromkeys(question.quantity for question in questions):
            codes = [question.article for question in questions if question.quantity == quantity]
            for row in self._rpc.search_read(
                "product.product",
                [["code", "in", codes], ["salable", "=", True]],
                ["code", "sale_price_uom"],
                # A float, because that is what Tryton's quantities are.
                quantity=float(quantity),
                **context,
            ):
                if row["sale_price_uom"] is not None:
                    amounts.setdefault((row["code"], quantity), row["sale_price_uom"])
        currency = self._rpc.session().currency_code
        return [
            Price(question.article, question.quantity, amounts[key], currency)
            for question in questions
            if (key := (question.article, question.quantity)) in amounts
        ]

    def _party(self, number: str) -> dict[str, Any]:
        meant = spellings(number)
        found = {row["code"]: row for row in self._parties([["code", "in", meant]])}
        party = next((found[spelling] for spelling in meant if spelling in found), None)
        if party is None:
            raise OutsideFailure(f"Tryton has no party {number!r}", code="not_found")
        return party

    def _id_of(self, number: str) -> int:
        """Return the id of a party, archived or not; 0, before all others, if it is gone."""
        found: list[int] = self._rpc.call(
            "party.party.search", [["code", "=", number]], 0, 1, None, active_test=False
        )
        return found[0] if found else 0

    def _parties(
        self, domain: Sequence[object], *, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Return active parties, with what is theirs whether it is still active or not."""
        return self._rpc.search_read(
            "party.party",
            [["active", "=", True], domain],
            FIELDS,
            limit=limit,
            active_test=False,
        )

    def _party_of(self, draft: CustomerDraft) -> dict[str, Any]:
        contact = {"name": draft.contact_name}
        mechanisms = [
            {"type": "email", "value": draft.email, **contact},
            {"type": "phone", "value": draft.phone, **contact},
        ]
        identifiers = [{"type": None, "code": OURS + draft.reference}]
        if draft.tax_id.number:
            kind = identifier_type(draft.tax_id.kind)
            identifiers.insert(0, {"type": kind, "code": draft.tax_id.number})
        party: dict[str, Any] = {
            "code": draft.reference,
            "name": draft.legal_name,
            "lang": self._language(draft.language),
            "identifiers": [["create", identifiers]],
            "addresses": [["create", [self._address_of(draft.address)]]],
            "contact_mechanisms": [["create", [m for m in mechanisms if m["value"]]]],
        }
        if draft.price_group:
            # Without a value Tryton takes the default of its sale configuration.
            party["sale_price_list"] = self._price_list(draft.price_group)
        return party

    def _address_of(self, address: PostalAddress) -> dict[str, Any]:
        country = region = None
        if address.country:
            country = self._known("country.country", "code", address.country)
        if country and address.region:
            code = f"{address.country}-{address.region}"
            region = self._known("country.subdivision", "code", code)
        return {
            "street_unstructured": street_lines(address),
            "postal_code": address.postal_code,
            "city": address.city,
            "country": country,
            "subdivision": region,
            "invoice": True,
            "delivery": True,
        }

    def _language(self, tag: str) -> int | None:
        """Return Tryton's language for a tag such as "pt-BR": the regional one, else the plain."""
        plain, _, _region = tag.partition("-")
        return self._known("ir.lang", "code", tag.replace("-", "_"), plain)

    def _price_list(self, name: str) -> int:
        ours = ["company", "=", self._rpc.session().company]
        known = self._known("product.price_list", "name", name, where=ours)
        if known is None:
            raise OutsideFailure(f"Tryton has no price list {name!r}", code="invalid")
        return known

    def _payment_term(self, name: str) -> int | None:
        """Return the term's id; None leaves the party with the configuration's default."""
        if not name:
            return None
        known = self._known("account.invoice.payment_term", "name", name)
        if known is None:
            raise OutsideFailure(f"Tryton has no payment term {name!r}", code="invalid")
        return known

    def _default_price_list(self) -> int | None:
        (configuration,) = self._rpc.call("sale.configuration.read", [1], ["sale_price_list"])
        default: int | None = configuration["sale_price_list"]
        return default

    def _known(
        self, model: str, field: str, *names: str, where: Sequence[object] = ()
    ) -> int | None:
        """Return the id of the first name there is, of a record that seldom changes.

        What was found is believed for five minutes; what was not is asked for again.
        """
        key = (model, *names)
        with self._known_lock:
            known, until = self._known_ids.get(key, (None, 0.0))
        if known is not None and time.monotonic() < until:
            return known
        found = {
            row[field]: int(row["id"])
            for row in self._rpc.search_read(model, [[field, "in", names], where], [field])
        }
        known = next((found[name] for name in names if name in found), None)
        if known is not None:
            with self._known_lock:
                self._known_ids[key] = (known, time.monotonic() + _BELIEVED_SECONDS)
        return known


def _article(row: Mapping[str, Any], currency: str) -> ErpArticle:
    categories = row["template."].get("categories.") or [{"name": ""}]
    return ErpArticle(
        number=row["code"],
        name=row["name"],
        description=row["description"] or "",
        category=categories[0]["name"],
        unit=row["sale_uom."]["symbol"],
        list_price=row["sale_price_uom"] or Decimal(0),
        currency=currency,
    )
