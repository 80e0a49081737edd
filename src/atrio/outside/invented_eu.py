"""Companies of the European Union that do not exist, for simulators and demo data.

Every VAT id with right check digits whose number begins with 99 names one, always the same; in
France the number stands behind two check digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from random import Random

from stdnum.de import vat as german
from stdnum.eu import vat

_WORDS = (
    "Nordwall", "Lindhagen", "Silberau", "Brückfeld", "Hohenlicht", "Kupferwerk", "Windbach",
    "Ostertor", "Falkenried", "Morgenhain", "Steinhude", "Rotdorn", "Seeblick", "Tannhof",
)  # fmt: skip
_TRADES = ("Elektrotechnik", "Lichtplanung", "Elektrogroßhandel", "Anlagenbau", "Haustechnik")


def german_vat_ids(*, start: int = 1) -> Iterator[str]:
    """Yield valid VAT ids of invented German companies without end: "DE990000012"."""
    for serial in count(start):
        for last in range(10):
            number = f"99{serial:06}{last}"
            if german.is_valid(number):
                yield f"DE{number}"


def is_invented(vat_id: str) -> bool:
    """Say whether an invented company has this VAT id."""
    number = vat_id[4:] if vat_id.startswith("FR") else vat_id[2:]
    return number.startswith("99") and vat.is_valid(vat_id)


def company_name(vat_id: str) -> str:
    """Return what the company of a VAT id is called."""
    chance = Random(int.from_bytes(sha256(vat_id.encode()).digest()[:8]))  # noqa: S311
    return f"{chance.choice(_WORDS)} {chance.choice(_TRADES)} GmbH"
