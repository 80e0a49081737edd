"""What several ports speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit


class Answering(Protocol):
    """Whatever may be asked whether it is there: every port can."""

    def probe(self) -> None:
        """Return if the system answers; a cheap question that changes nothing there."""
        ...


@dataclass(frozen=True, slots=True)
class TaxId:
    """A number a state gave a company: `kind` is the field's name for it, `number` is compact."""

    country: str  # ISO 3166-1 alpha-2, upper case
    kind: str  # "br_cnpj"
    number: str  # no punctuation, upper case: "11222333000181"


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A postal address; empty string where a part is not known."""

    street: str = ""
    number: str = ""
    extra: str = ""
    district: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""  # ISO 3166-2 without the country: "SP"
    country: str = ""  # ISO 3166-1 alpha-2


def domain_of(website: str) -> str:
    """Return the domain of what somebody typed as a website, "" if it is none.

    Lower case, without scheme and "www.": "nordlicht.example".
    """
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if "." in host and " " not in host else ""
