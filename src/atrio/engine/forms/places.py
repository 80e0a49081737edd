"""How addresses are written where we have been so far; elsewhere a plain shape serves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .wording import Localized

PARTS = ("street", "number", "extra", "district", "postal_code", "city", "region", "country")

_BRAZIL = {
    "AC": "Acre", "AL": "Alagoas", "AM": "Amazonas", "AP": "Amapá", "BA": "Bahia",
    "CE": "Ceará", "DF": "Distrito Federal", "ES": "Espírito Santo", "GO": "Goiás",
    "MA": "Maranhão", "MG": "Minas Gerais", "MS": "Mato Grosso do Sul", "MT": "Mato Grosso",
    "PA": "Pará", "PB": "Paraíba", "PE": "Pernambuco", "PI": "Piauí", "PR": "Paraná",
    "RJ": "Rio de Janeiro", "RN": "Rio Grande do Norte", "RO": "Rondônia", "RR": "Roraima",
    "RS": "Rio Grande do Sul", "SC": "Santa Catarina", "SE": "Sergipe", "SP": "São Paulo",
    "TO": "Tocantins",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AddressFormat:
    """Which parts an address has, in the order people there expect them."""

    parts: tuple[str, ...]
    required: frozenset[str]
    postal_code: re.Pattern[str] | None = None  # of the code without separators
    postal_code_shape: str = ""  # how it is written: "99999-999"
    regions: Mapping[str, str] = field(default_factory=dict)  # ISO 3166-2 without the country

    def region_labels(self) -> dict[str, Localized]:
        """Return the regions' names, which are the same in every language."""
        return {code: Localized({"en": name}) for code, name in self.regions.items()}


_ELSEWHERE = AddressFormat(
    parts=("street", "number", "extra", "postal_code", "city", "region"),
    required=frozenset({"street", "city"}),
)
_FORMATS = {
    "BR": AddressFormat(
        parts=("postal_code", "street", "number", "extra", "district", "city", "region"),
        required=frozenset({"postal_code", "street", "number", "city", "region"}),
        postal_code=re.compile(r"\d{8}"),
        postal_code_shape="99999-999",
        regions=_BRAZIL,
    ),
    "DE": AddressFormat(
        parts=("street", "number", "extra", "postal_code", "city"),
        required=frozenset({"street", "number", "postal_code", "city"}),
        postal_code=re.compile(r"\d{5}"),
        postal_code_shape="99999",
    ),
}


def address_format(country: str) -> AddressFormat:
    """Return how addresses are written in the country."""
    return _FORMATS.get(country, _ELSEWHERE)


def postal_code(country: str, compact: str) -> str | None:
    """Return the code as it is written in the country, None if it cannot be one of its codes."""
    written = address_format(country)
    if written.postal_code is None:
        return compact if compact.isalnum() else None
    if not written.postal_code.fullmatch(compact):
        return None
    characters = iter(compact)
    return "".join(next(characters) if c == "9" else c for c in written.postal_code_shape)
