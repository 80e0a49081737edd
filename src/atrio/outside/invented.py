"""Companies that do not exist, for simulators, demo data and benchmarks.

Every valid CNPJ whose first eight characters begin with 99 or with ZZ names an invented
company, always the same one for the same number; no other number does. (The state hands out
roots in rising order and is far from 99; letters are given from July 2026 on and are random,
so a real root may one day begin with ZZ: nothing but a simulator may use this module.)

The last character of the root tells the status, so that people can choose one by heart:
7 is suspended, 8 is unfit, 9 is closed, all else is active. 6 is a sole trader (MEI).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from itertools import count
from random import Random

from stdnum.br import cnpj

from atrio.outside.ports import CompanyRecord, CompanyStatus, PostalAddress, TaxId

INVENTED_ROOTS = ("99", "ZZ")

_WORDS = (
    "Aurivale", "Brisaforte", "Caldoraste", "Dunavento", "Estrelume", "Faiscaral", "Granevo",
    "Ipecanto", "Jandirova", "Lumivasto", "Marupanga", "Novacrina", "Orvalume", "Pirajuca",
    "Quartzeira", "Rosaventos", "Serralume", "Tucalume", "Umbuzal", "Ventorim",
)  # fmt: skip
_TRADES = (
    ("Materiais Elétricos", "4742300", "Comércio varejista de material elétrico"),
    ("Distribuidora Elétrica", "4673700", "Comércio atacadista de material elétrico"),
    ("Instalações", "4321500", "Instalação e manutenção elétrica"),
    ("Construções", "4120400", "Construção de edifícios"),
    ("Ferragens", "4744001", "Comércio varejista de ferragens e ferramentas"),
)
_FORMS = (
    ("Ltda", "Sociedade Empresária Limitada"),
    ("Ltda", "Sociedade Empresária Limitada"),
    ("S.A.", "Sociedade Anônima Fechada"),
)
_STREETS = (
    "Rua das Bromélias", "Avenida dos Ipês", "Rua do Lampião", "Travessa do Farol",
    "Avenida Beira-Serra", "Rua Sete Cachoeiras", "Alameda dos Beija-Flores",
)  # fmt: skip
_DISTRICTS = ("Centro", "Jardim das Flores", "Vila Nova", "Distrito Industrial", "Boa Vista")
_CITIES = (
    ("São Paulo", "SP", "01310", "11"), ("Campinas", "SP", "13010", "19"),
    ("Rio de Janeiro", "RJ", "20040", "21"), ("Belo Horizonte", "MG", "30130", "31"),
    ("Curitiba", "PR", "80010", "41"), ("Joinville", "SC", "89201", "47"),
    ("Porto Alegre", "RS", "90010", "51"), ("Recife", "PE", "50030", "81"),
    ("Salvador", "BA", "40020", "71"), ("Manaus", "AM", "69005", "92"),
)  # fmt: skip
_STATUS: dict[str, tuple[CompanyStatus, str]] = {
    "7": ("suspended", "SUSPENSA"),
    "8": ("unfit", "INAPTA"),
    "9": ("closed", "BAIXADA"),
}


def invented_company(number: str, *, as_of: datetime) -> CompanyRecord | None:
    """Return the invented company of a compact CNPJ, or None if the number names none."""
    if not number.startswith(INVENTED_ROOTS) or not cnpj.is_valid(number):
        return None
    # The root is the company, the four characters behind it one of its establishments.
    company = _company(number[:8])
    place = Random(_seed(number[:12]))  # noqa: S311 - the same number, the same company
    city, region, postcode, area = place.choice(_CITIES)
    return replace(
        company,
        tax_id=TaxId("BR", "br_cnpj", number),
        address=PostalAddress(
            street=place.choice(_STREETS),
            # The register writes S/N where a house has no number.
            number=str(place.randint(1, 2400)) if place.random() < 0.9 else "S/N",
            extra=place.choice(("", "", "Sala 12", "Galpão 3", "Loja B")),
            district=place.choice(_DISTRICTS),
            postal_code=f"{postcode}{place.randint(0, 999):03}",
            city=city,
            region=region,
            country="BR",
        ),
        is_head_office=number[8:12] == "0001",
        phone=f"+55{area}3{place.randint(1_000_000, 9_999_999)}" if place.random() < 0.8 else "",
        as_of=as_of,
    )


def invented_numbers(
    *, root: str = "99", status: CompanyStatus = "active", start: int = 1
) -> Iterator[str]:
    """Yield valid CNPJs of invented companies without end: for `root` "ZZ" with letters.

    The head office of one company each, in rising order from the `start`-th root.
    """
    for serial in count(start):
        base = f"{root}{serial:06}0001"
        if _STATUS.get(base[7], ("active", ""))[0] == status:
            yield base + cnpj.calc_check_digits(base)


def _company(root: str) -> CompanyRecord:
    chance = Random(_seed(root))  # noqa: S311
    first, second = chance.sample(_WORDS, 2)
    trade, activity_code, activity = chance.choice(_TRADES)
    suffix, legal_form = chance.choice(_FORMS)
    status, status_text = _STATUS.get(root[-1], ("active", "ATIVA"))
    slug = f"{first}-{second}".lower()
    return CompanyRecord(
        tax_id=TaxId("BR", "br_cnpj", root),
        legal_name=f"{first} {second} {trade} {suffix}",
        trade_name=f"{first} {trade}" if chance.random() < 0.7 else "",
        status=status,
        status_text=status_text,
        address=PostalAddress(),
        activity_code=activity_code,
        activity=activity,
        legal_form=legal_form,
        founded_on=date(chance.randint(1985, 2024), chance.randint(1, 12), chance.randint(1, 28)),
        is_head_office=None,
        # `.example` belongs to nobody, so no mail ever reaches a stranger.
        email=f"contato@{slug}.example" if chance.random() < 0.8 else "",
        phone="",
        as_of=datetime.min,  # noqa: DTZ901 - replaced by the caller
        evidence="",
        tax_regime="mei" if root[-1] == "6" else "",
    )


def _seed(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8])
