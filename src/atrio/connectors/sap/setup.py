"""Where in an organisation of SAP's our customers belong, and what our words are called there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports import TaxId

# SAP's categories of the numbers by which a company is known. They follow the country, and an
# installation may have others.
TAX_TYPES: Mapping[str, str] = {"br_cnpj": "BR1", "br_cpf": "BR2", "ru_inn": "RU1"}
# A VAT id is the country's number 0 everywhere.
_VAT, _VAT_NUMBER = "eu_vat", "0"


@dataclass(frozen=True, slots=True)
class Setup:
    """What a connection's options say; the lengths of codes are SAP's."""

    sales_organization: str
    distribution_channel: str
    division: str
    company_code: str
    currency: str  # ISO 4217
    list_price_customer: str  # whose simulated prices are the list prices
    grouping: str = ""  # "" leaves it to SAP's default for organisations
    order_type: str = "OR"
    credit_segment: str = ""  # "": there are no credit lines
    language: str = "EN"
    page_size: int = 100
    # Our words → SAP's codes; with none given the codes are the words.
    price_groups: Mapping[str, str] = field(default_factory=dict)
    payment_terms: Mapping[str, str] = field(default_factory=dict)
    default_payment_term: str = ""
    product_groups: Mapping[str, str] = field(default_factory=dict)  # code → our word
    tax_types: Mapping[str, str] = field(default_factory=dict)
    # What an installation demands besides: fields of the new rows, as SAP names them.
    sales_area_fields: Mapping[str, str] = field(default_factory=dict)
    company_fields: Mapping[str, str] = field(default_factory=dict)
    sales_taxes: Sequence[Mapping[str, str]] = ()

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Setup:
        """Return what the options say; KeyError for what is missing."""
        said = {each.name: options[each.name] for each in fields(cls) if each.name in options}
        missing = [each.name for each in fields(cls) if _is_needed(each) and each.name not in said]
        if missing:
            raise KeyError(missing[0])
        return cls(**said)

    @property
    def area(self) -> dict[str, str]:
        """The key of our sales area, but for the customer."""
        return {
            "SalesOrganization": self.sales_organization,
            "DistributionChannel": self.distribution_channel,
            "Division": self.division,
        }

    def price_group_code(self, name: str) -> str:
        """Return SAP's code of a price group; OutsideFailure("invalid") if it has none."""
        return _code(self.price_groups, name, "price group")

    def price_group_name(self, code: str) -> str:
        """Return our word for a price group's code, or the code."""
        return _name(self.price_groups, code)

    def payment_term_code(self, name: str) -> str:
        """Return SAP's key of a payment term, "" for the default; raises as for price groups."""
        return _code(self.payment_terms, name, "payment term") or self.default_payment_term

    def payment_term_name(self, code: str) -> str:
        """Return our word for a payment term's key, "" for the default."""
        return "" if code == self.default_payment_term else _name(self.payment_terms, code)

    def tax_type(self, tax_id: TaxId) -> str:
        """Return SAP's category of a tax id; OutsideFailure("misconfigured") if there is none."""
        found = self._tax_types.get(tax_id.kind, "")
        if not found and tax_id.kind == _VAT:
            return tax_id.country + _VAT_NUMBER
        if not found:
            raise OutsideFailure(
                f"This connection names no category for a {tax_id.kind}", code="misconfigured"
            )
        return found

    def tax_id(self, category: str, number: str) -> TaxId | None:
        """Return a number of SAP's as ours, None for one by which no company is known."""
        country = category[:2]
        kinds = {theirs: ours for ours, theirs in self._tax_types.items()}
        kind = kinds.get(category) or (_VAT if category == country + _VAT_NUMBER else "")
        return TaxId(country, kind, number) if kind and number else None

    @property
    def _tax_types(self) -> Mapping[str, str]:
        return {**TAX_TYPES, **self.tax_types}


def _is_needed(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _code(codes: Mapping[str, str], name: str, what: str) -> str:
    if not name or not codes:
        return name
    if name not in codes:
        raise OutsideFailure(f"This connection names no {what} {name!r}", code="invalid")
    return codes[name]


def _name(codes: Mapping[str, str], code: str) -> str:
    return next((name for name, theirs in codes.items() if theirs == code), code)
