"""Customers that Nordlicht Supplies has had for years in Germany and in Russia. None exists.

A handful each, so that a unit there does not begin empty; their tax ids are those of
`invented_eu` and `invented_ru`, and a simulated register agrees with them. Brazil's are in
`invented_base`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from atrio.outside.invented_base import BaseContact, BaseCustomer, BasePerson
from atrio.outside.invented_eu import company_name
from atrio.outside.invented_ru import invented_party
from atrio.outside.ports import PostalAddress, TaxId

_AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


def _german(
    number: str, vat_id: str, address: PostalAddress, phone: str, *people: BasePerson
) -> BaseCustomer:
    name = company_name(vat_id)
    return BaseCustomer(
        number=number,
        legal_name=name,
        trade_name="",
        tax_id=TaxId("DE", "eu_vat", vat_id),
        address=address,
        phone=phone,
        domain=people[0].email.partition("@")[2],
        price_group="",
        contacts=_contacts(people),
        crm_names=(),
    )


def _russian(number: str, inn: str, phone: str, *people: BasePerson) -> BaseCustomer:
    record = invented_party(inn, as_of=_AS_OF)
    if record is None:
        raise ValueError(f"{inn} names no invented company")
    return BaseCustomer(
        number=number,
        legal_name=record.legal_name,
        trade_name="",
        tax_id=record.tax_id,
        address=record.address,
        phone=phone,
        domain=people[0].email.partition("@")[2],
        price_group="",
        contacts=_contacts(people),
        crm_names=(),
    )


def _contacts(people: tuple[BasePerson, ...]) -> tuple[BaseContact, ...]:
    """Let the first one look after the account."""
    return tuple(
        BaseContact(person, role="", seat="" if place else "admin")
        for place, person in enumerate(people)
    )


JANA = BasePerson(
    "de-0", "Jana Brandt", "jana.brandt@tannhof-anlagenbau.example", "+494055501234", "de"
)
VERA = BasePerson("ru-0", "Вера Лукошкина", "vera@ladograd.example", "+78435550142", "ru")
CUSTOMERS: Mapping[str, tuple[BaseCustomer, ...]] = {
    "DE": (
        _german(
            "21001",
            "DE995000010",
            PostalAddress(
                street="Lindenkai", number="14", postal_code="20457", city="Hamburg", country="DE"
            ),
            "+494055501230",
            JANA,
            BasePerson(
                "de-1", "Tobias Rehm", "tobias.rehm@tannhof-anlagenbau.example", "+494055501235"
            ),
        ),
        _german(
            "21002",
            "DE995000028",
            PostalAddress(
                street="Mühlgraben", number="3", postal_code="04109", city="Leipzig", country="DE"
            ),
            "+493415550170",
            BasePerson("de-2", "Svenja Hoyer", "hoyer@steinhude.example", "+493415550171", "de"),
        ),
    ),
    "RU": (
        _russian("22001", "0005000011", "+78435550140", VERA),
        _russian(
            "22002",
            "0005000029",
            "+74825550160",
            BasePerson("ru-1", "Глеб Тополев", "gleb@tihorechie.example", "+74825550161", "ru"),
        ),
    ),
}
