"""Which tax ids there are, what people call them, and who checks their digits."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from stdnum import get_cc_module
from stdnum.exceptions import InvalidFormat, InvalidLength, ValidationError

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

    Raises stdnum's ValidationError: what the first kind that it could be says of it.
    """
    kinds, wrong = kinds_of(kind, country), []
    if not kinds:
        if len(number) < SHORTEST:
            raise InvalidLength
        return f"{country.lower() or 'xx'}_tax_id", number
    for each in kinds:
        module = tax_id_module(each)
        try:
            if module is None:
                raise InvalidFormat
            return each, str(module.validate(number))
        except ValidationError as error:
            wrong.append(error)
    # A number that has the length of one kind is meant as that kind.
    raise next((error for error in wrong if not isinstance(error, InvalidLength)), wrong[0])


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
