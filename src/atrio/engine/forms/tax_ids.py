"""Which tax ids there are, what people call them, and who checks their digits."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Literal

from stdnum import get_cc_module
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

SHORTEST = 4  # characters, where nobody knows how to check a number

# Kind → what it is called, by language: "" where no other is named.
_NAMES = {
    "eu_vat": {
        "": "VAT ID",
        "de": "USt-IdNr.",
        "fr": "numéro de TVA",
        "es": "NIF-IVA",
        "pt": "NIF-IVA (VAT)",
        "ru": "номер VAT",
    },
    "ru_inn": {"": "INN", "ru": "ИНН"},
    "ru_kpp": {"": "KPP", "ru": "КПП"},
    "ru_ogrn": {"": "OGRN", "ru": "ОГРН"},
}
_ANY = {
    "": "tax number",
    "de": "Steuernummer",
    "fr": "numéro fiscal",
    "es": "número fiscal",
    "pt": "número fiscal",
    "ru": "налоговый номер",
}


Code = Literal["tax_id.checksum", "tax_id.length", "tax_id.format"]


class WrongTaxId(Exception):
    """A number that is none: as which kind it was meant, and what is wrong, as a message."""

    def __init__(self, kind: str, code: Code) -> None:
        super().__init__(f"{kind}: {code}")
        self.kind, self.code = kind, code


@cache
def tax_id_module(kind: str) -> ModuleType | None:
    """Return what checks tax ids of the kind, None for a kind nobody knows: "br_cnpj"."""
    country, _, name = kind.partition("_")
    module = get_cc_module(country, name) if name else None
    return module if isinstance(module, ModuleType) else None


def kinds_of(kind: str, country: str) -> tuple[str, ...]:
    """Return the kinds of a field: those that it names, else the one under which companies pay VAT.

    () where nobody knows how to check a number of the country.
    """
    if kind:
        return tuple(kind.split())
    vat = f"{country.lower()}_vat"
    return (vat,) if country and tax_id_module(vat) else ()


def recognised(number: str, *, kind: str, country: str) -> tuple[str, str]:
    """Return of which kind a number is, and the number as the kind writes it without separators.

    Raises WrongTaxId, which tells as which kind it was meant.
    """
    kinds = kinds_of(kind, country)
    if not kinds:
        if len(number) < SHORTEST:
            raise WrongTaxId(kind, "tax_id.length")
        return f"{country.lower() or 'xx'}_tax_id", number
    wrong = []
    for each in kinds:
        try:
            return each, str(_module(each).validate(number))
        except InvalidChecksum:
            wrong.append(WrongTaxId(each, "tax_id.checksum"))
        except InvalidLength:
            # As long as none of them: nobody knows which was meant.
            wrong.append(WrongTaxId(" ".join(kinds), "tax_id.length"))
        except ValidationError:
            wrong.append(WrongTaxId(each, "tax_id.format"))
    raise next((error for error in wrong if error.code != "tax_id.length"), wrong[0])


def _module(kind: str) -> ModuleType:
    found = tax_id_module(kind)
    if found is None:
        raise WrongTaxId(kind, "tax_id.format")
    return found


def tax_id_name(kind: str, language: str = "en") -> str:
    """Return what people call tax ids of these kinds: "CNPJ", "CNPJ / CPF"."""
    return " / ".join(_name(each, language.partition("-")[0]) for each in kind.split() or [""])


def _name(kind: str, language: str) -> str:
    own = kind.partition("_")[2]
    if own in ("", "tax_id", "vat"):
        names = _NAMES["eu_vat"] if own == "vat" else _ANY
    else:
        names = _NAMES.get(kind, {"": own.replace("_", " ").upper()})
    return names.get(language, names[""])
