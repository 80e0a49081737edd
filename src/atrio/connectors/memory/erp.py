"""An ERP in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from operator import attrgetter
from typing import Any

from atrio.connectors.memory.erp_base import base_customers, crowd
from atrio.connectors.memory.joining import InMemory
from atrio.connectors.memory.state import Breakdown
from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports import (
    CreditLine,
    CustomerDraft,
    ErpArticle,
    ErpContact,
    ErpCustomer,
    Price,
    PriceQuestion,
    Receipt,
    TaxId,
    spellings,
)

DEFAULT_PRICE_GROUPS = {"Varejo": "1.00", "Atacado": "0.85"}
DEFAULT_PAYMENT_TERMS = ("À vista", "30 dias", "28/56 dias")
_GOODS = ("Cabo", "Lâmpada", "Interruptor", "Disjuntor", "Alicate", "Luva", "Tomada", "Sensor")
_KINDS = ("Claro", "Forte", "Compacto", "Duplo", "Longo", "Leve", "Azul", "Norte")
_CATEGORIES = ("Cabos", "Iluminação", "Comando", "Proteção", "Ferramentas", "Segurança")


class MemoryErp(InMemory):
    """Fulfils the port `Erp` without leaving the process.

    Options: `latency_seconds` (a number, or one per operation), `price_groups` (name →
    factor on the list price; the first is the default), `articles` (how many, 200),
    `currency` ("BRL"), `remembers` (how many customers, 2000), `numbers_later`
    (receipts come without the number, as where the ERP takes files at night), `refuses`
    (operation → codes of errors, turn by turn, "" for none), `payment_terms` (their names),
    `base` (it begins with the customers of the invented base), `records` (and with those of a
    script) and `crowd` (and with so many more).
    """

    def _begin(self) -> None:
        self._currency = str(self._options.get("currency", "BRL"))
        self._begin_with_customers()

    def find_customer(
        self, *, reference: str = "", tax_id: TaxId | None = None
    ) -> ErpCustomer | None:
        """Return the customer this process knows by the reference, else by the tax id."""
        with self._state.operation("find_customer", self._options, (reference, tax_id)):
            customers = self._state.customers
            groups = range(len(self._factors()))
            numbers = [_number(reference, group) for group in groups if reference]
            if tax_id in self._state.numbers:
                numbers.append(self._state.numbers[tax_id])
            return next((customers[number] for number in numbers if number in customers), None)

    def create_customer(self, draft: CustomerDraft) -> Receipt:
        """Create the customer; its number follows from the reference, in every process alike."""
        with self._state.operation("create_customer", self._options, draft):
            group = draft.price_group or next(iter(self._factors()))
            if group not in self._factors():
                raise OutsideFailure(f"There is no price group {group!r}", code="invalid")
            number = _number(draft.reference, list(self._factors()).index(group))
            if number not in self._state.customers:
                at_most = (self._state.began_with or 0) + int(self._options.get("remembers", 2000))
                self._state.remember(_customer_of(draft, number, group), at_most=at_most)
            is_late = bool(self._options.get("numbers_later"))
            return Receipt(reference=draft.reference, number=None if is_late else number)

    def read_customer(self, number: str) -> ErpCustomer:
        """Return the customer; only the process that created it can."""
        with self._state.operation("read_customer", self._options, number):
            return self._customer(number)

    def customers(self, *, after: str = "") -> Iterator[ErpCustomer]:
        """Yield the customers this process knows."""
        with self._state.operation("customers", self._options, after):
            known = [one for one in self._state.customers.values() if one.number > after]
        yield from sorted(known, key=attrgetter("number"))

    def payment_terms(self) -> list[str]:
        """Return the terms that the options name."""
        with self._state.operation("payment_terms", self._options, ""):
            return list(self._options.get("payment_terms") or DEFAULT_PAYMENT_TERMS)

    def set_credit_line(self, customer: str, line: CreditLine) -> None:
        """Keep the credit line; another process does not learn of it."""
        terms = ("", *self.payment_terms())
        with self._state.operation("set_credit_line", self._options, (customer, line)):
            number = self._customer(customer).number
            whole_cents = line.limit == line.limit.quantize(Decimal("0.01"))
            if line.currency != self._currency or line.payment_term not in terms or not whole_cents:
                raise OutsideFailure(f"There is no such credit line: {line}", code="invalid")
            self._state.credit_lines[number] = line

    def read_credit_line(self, customer: str) -> CreditLine | None:
        """Return what this process was told."""
        with self._state.operation("read_credit_line", self._options, customer):
            return self._state.credit_lines.get(self._customer(customer).number)

    def articles(self) -> Iterator[ErpArticle]:
        """Yield invented articles, the same for ever."""
        with self._state.operation("articles", self._options, ""):
            pass
        for serial in range(1, int(self._options.get("articles", 200)) + 1):
            yield self._article(serial)

    def prices(self, customer: str, questions: Sequence[PriceQuestion]) -> list[Price]:
        """Return list price times the factor of the group that the customer's number tells."""
        with self._state.operation("prices", self._options, customer):
            factor = self._factor_of(customer)
            return [
                Price(
                    article=question.article,
                    quantity=question.quantity,
                    amount=(_list_price(serial) * factor).quantize(Decimal("0.01")),
                    currency=self._currency,
                )
                for question in questions
                if (serial := self._serial(question.article))
            ]

    # What tests and benchmarks turn.

    def break_next(self, operation: str, how: Breakdown, *, times: int = 1) -> None:
        """Let the next calls of an operation fail: busy, no_answer (done, then silent), failed."""
        with self._state.lock:
            self._state.breakdowns[operation].extend([how] * times)

    def calls(self) -> list[str]:
        """Return the operations asked for so far, oldest first."""
        with self._state.lock:
            return list(self._state.calls)

    def take_on(self, customer: ErpCustomer) -> None:
        """Have a customer, or have it otherwise, as if somebody had typed it in over there."""
        with self._state.lock:
            self._state.remember(customer, at_most=len(self._state.customers) + 1)

    def change_price_group(self, group: str, factor: Decimal) -> None:
        """Change what a price group pays, from now on, in this process."""
        with self._state.lock:
            self._state.price_groups[group] = str(factor)

    def move_customer(self, number: str, group: str) -> None:
        """Put a customer of this process into another price group."""
        with self._state.lock:
            customers = self._state.customers
            customers[number] = replace(customers[number], price_group=group)

    def _begin_with_customers(self) -> None:
        with self._state.lock:
            if self._state.began_with is not None:
                return
            base = base_customers() if self._options.get("base") else ()
            told = map(self._as_told, self._options.get("records", ()))
            for customer in (*base, *told, *crowd(int(self._options.get("crowd", 0)))):
                self.take_on(customer)
            self._state.began_with = len(self._state.customers)

    def _as_told(self, record: Mapping[str, Any]) -> ErpCustomer:
        """Return a customer from a script: its fields, `tax_id` with `kind` and `number`."""
        said = {"reference": "", "price_group": next(iter(self._factors())), **record}
        kind = str(said["tax_id"]["kind"])
        tax_id = TaxId(kind[:2].upper(), kind, str(said["tax_id"]["number"]))
        return ErpCustomer(**{**said, "tax_id": tax_id})

    def _customer(self, number: str) -> ErpCustomer:
        known = self._state.customers
        for spelling in spellings(number):
            if spelling in known:
                return known[spelling]
        raise _not_found(number)

    def _factors(self) -> dict[str, str]:
        configured: dict[str, str] = self._options.get("price_groups") or DEFAULT_PRICE_GROUPS
        return {**configured, **self._state.price_groups}

    def _factor_of(self, customer: str) -> Decimal:
        known = self._state.customers.get(customer)
        if known:
            group = known.price_group or next(iter(self._factors()))
            return Decimal(self._factors()[group])
        # Another process created it: the number tells the group it was created in.
        factors = list(self._factors().values())
        serial, _, group = customer.partition("-")
        if not (serial.startswith("M") and group.isdecimal() and int(group) < len(factors)):
            raise _not_found(customer)
        return Decimal(factors[int(group)])

    def _serial(self, article: str) -> int:
        """Return the article's serial, 0 if there is no such article."""
        serial = article.removeprefix("A-")
        known = serial.isdecimal() and int(serial) <= int(self._options.get("articles", 200))
        return int(serial) if known else 0

    def _article(self, serial: int) -> ErpArticle:
        good = _GOODS[serial % len(_GOODS)]
        kind = _KINDS[serial // len(_GOODS) % len(_KINDS)]
        return ErpArticle(
            number=f"A-{serial:04}",
            name=f"{good} {kind} {serial}",
            description=f"{good} {kind.lower()}, modelo {serial}",
            category=_CATEGORIES[serial % len(_CATEGORIES)],
            unit="un",
            list_price=_list_price(serial),
            currency=self._currency,
        )


def _customer_of(draft: CustomerDraft, number: str, group: str) -> ErpCustomer:
    contact = ErpContact(draft.contact_name, draft.email, draft.phone)
    return ErpCustomer(
        number=number,
        reference=draft.reference,
        legal_name=draft.legal_name,
        tax_id=draft.tax_id if draft.tax_id.number else None,
        email=draft.email,
        price_group=group,
        phone=draft.phone,
        address=draft.address,
        contacts=(contact,) if draft.email or draft.phone else (),
    )


def _number(reference: str, group: int) -> str:
    return f"M{sha256(reference.encode()).hexdigest()[:12]}-{group}"


def _list_price(serial: int) -> Decimal:
    return Decimal(serial * 137 % 9973 + 250) / 100


def _not_found(number: str) -> OutsideFailure:
    return OutsideFailure(f"The ERP has no customer {number!r}", code="not_found")
