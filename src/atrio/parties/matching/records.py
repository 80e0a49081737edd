"""What is compared: a person or a company, as any source tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["person", "company"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that a state or a system gave to one party alone."""

    scheme: str  # "br_cnpj"
    value: str


@dataclass(frozen=True, slots=True)
class Place:
    """A postal address; empty where a part is not known."""

    street: str = ""
    number: str = ""
    extra: str = ""
    district: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """A person or a company as somebody wrote it down; whatever is empty is not known.

    `names` are the names of one party: a company's legal and trade name, a person's name in
    whatever order. `birth_date` is a day as digits, "19560409", right or wrong.
    """

    kind: Kind
    names: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    address: Place = field(default_factory=Place)
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    birth_date: str = ""


@dataclass(frozen=True, slots=True)
class Normal:
    """A record as it is compared: small letters, no accents, no punctuation, no legal forms."""

    kind: Kind
    names: tuple[tuple[str, ...], ...]  # the words of each name
    forms: frozenset[str]  # the legal forms that stood in the names
    identifiers: tuple[Identifier, ...]
    street: str
    number: str
    extra: str
    district: str
    postal_code: str
    city: str
    region: str
    country: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    domains: tuple[str, ...]
    birth_date: str
