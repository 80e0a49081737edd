"""Russian companies and sole traders that do not exist, for simulators, demo data, benchmarks.

Every valid INN that begins with 00 names one, always the same: no region of Russia has this code.
The last digit before the check digits tells the status: 7 is being wound up, 8 is bankrupt, 9 is
closed, all else is active.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from itertools import count
from random import Random

from stdnum.ru import inn, ogrn

from atrio.outside.ports import CompanyRecord, CompanyStatus, PostalAddress, TaxId

INVENTED = "00"
COMPANY, SOLE_TRADER = 10, 12  # digits
_WORDS = (
    "СЕВЕРОСВЕТ", "КЕДРОВИТ", "ЛУЧЕЗОР", "БЕЛОЯРЕНЬ", "МЕДНОТОК", "ГРОМОЛИНИЯ", "ЯНТАРИЦА",
    "ВЕТРОГОН", "СТАЛЕБОР", "РОСОМАХОВ", "ТИХОРЕЧЬЕ", "ЗАРЕЧНИК", "ПОЛЯРИНА", "ЛАДОГРАД",
)  # fmt: skip
_TRADES = (("46.69", "Торговля оптовая прочими машинами"), ("43.21", "Электромонтажные работы"))
_SURNAMES = ("Верещагина", "Лукошкин", "Медведкова", "Рябинцев", "Снегирёва", "Тополев")
_GIVEN = ("Алиса Павловна", "Роман Ильич", "Вера Олеговна", "Глеб Юрьевич")
_STREETS = ("ул Кедровая", "ул Маячная", "пр-кт Полярный", "ул Семи Ветров")
_CITIES = (("Москва", "MOW", "101000"), ("Казань", "TA", "420000"), ("Тверь", "TVE", "170000"))
_STATUS: dict[str, CompanyStatus] = {"7": "suspended", "8": "unfit", "9": "closed"}
_STATUS_TEXTS: dict[CompanyStatus, str] = {
    "active": "Действующая",
    "suspended": "Ликвидируется",
    "unfit": "Банкротство",
    "closed": "Ликвидирована",
}


def invented_party(number: str, *, as_of: datetime) -> CompanyRecord | None:
    """Return the invented company or sole trader of an INN, None if it names none."""
    if not number.startswith(INVENTED) or not inn.is_valid(number):
        return None
    chance = Random(int.from_bytes(sha256(number.encode()).digest()[:8]))  # noqa: S311
    is_company = len(number) == COMPANY
    person = f"{chance.choice(_SURNAMES)} {chance.choice(_GIVEN)}"
    city, region, postcode = chance.choice(_CITIES)
    code, trade = chance.choice(_TRADES)
    status = _STATUS.get(number[8 if is_company else 9], "active")
    others = [TaxId("RU", "ru_ogrn", _ogrn(number, is_company=is_company))]
    if is_company:
        others.insert(0, TaxId("RU", "ru_kpp", f"{number[:4]}01001"))
    return CompanyRecord(
        tax_id=TaxId("RU", "ru_inn", number),
        legal_name=f'ООО "{chance.choice(_WORDS)}"' if is_company else f"ИП {person}",
        trade_name="",
        status=status,
        status_text=_STATUS_TEXTS[status],
        address=PostalAddress(
            street=chance.choice(_STREETS),
            number=str(chance.randint(1, 90)),
            postal_code=postcode,
            city=city,
            region=region,
            country="RU",
        ),
        activity_code=code,
        activity=trade,
        legal_form="Общество с ограниченной ответственностью"
        if is_company
        else "Индивидуальный предприниматель",
        founded_on=date(chance.randint(1995, 2023), chance.randint(1, 12), chance.randint(1, 28)),
        is_head_office=True if is_company else None,
        email="",
        phone="",
        as_of=as_of,
        evidence="",
        other_ids=tuple(others),
        managers=(person,) if is_company else (),
    )


def invented_inns(
    *, digits: int = COMPANY, status: CompanyStatus = "active", start: int = 1
) -> Iterator[str]:
    """Yield valid INNs of invented companies (10 digits) or sole traders (12), without end."""
    kept = 2 if digits == SOLE_TRADER else 1  # check digits
    for serial in count(start):
        base = f"{INVENTED}{serial:0{digits - kept - 2}}"
        if _STATUS.get(base[-1], "active") == status:
            yield base + (
                inn.calc_personal_check_digits(base)
                if digits == SOLE_TRADER
                else inn.calc_company_check_digit(base)
            )


def _ogrn(number: str, *, is_company: bool) -> str:
    """Return an OGRN of 13 digits, or a sole trader's of 15."""
    base = f"1{number[1:9]:0>11}" if is_company else f"3{number[1:10]:0>13}"
    return base + ogrn.calc_check_digit(f"{base}0")[-1]
