"""Which tax ids there are, and who checks their digits."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from stdnum import get_cc_module


@cache
def tax_id_module(kind: str) -> ModuleType | None:
    """Return what checks tax ids of the kind, None for a kind nobody knows: "br_cnpj"."""
    country, _, name = kind.partition("_")
    module = get_cc_module(country, name)
    return module if isinstance(module, ModuleType) else None


def tax_id_name(kind: str) -> str:
    """Return what people call a tax id of the kind: "CNPJ"."""
    return kind.partition("_")[2].replace("_", " ").upper()
