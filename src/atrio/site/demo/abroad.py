"""The demonstration's units in Germany and in Russia: each its own host, colour and systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atrio.outside.models import Connection
from atrio.seller.models import BusinessUnit, WorkingCalendar
from atrio.site.demo.sap import GERMAN, RUSSIAN

# Where a press of a button breaks it: the fault proxy's route has the connection's name.
_BEHIND_FAULTS = "faults:"


@dataclass(frozen=True, slots=True)
class Abroad:
    """A unit, its register, its ERP, and whose public holidays it keeps."""

    unit: Mapping[str, Any]
    register: str  # the product
    erp: Mapping[str, Any]  # options of its SAP
    part: str = ""  # of the country

    @property
    def country(self) -> str:
        """Return the unit's country."""
        return str(self.unit["country"])


UNITS = (
    Abroad(
        unit={
            "code": "nordlicht-de",
            "name": "Nordlicht Deutschland",
            "country": "DE",
            "currency": "EUR",
            "language": "de",
            "time_zone": "Europe/Berlin",
            "sender": "hallo@nordlicht-de.example",
            "brand": "Nordlicht Supplies",
            "accent": "#1f5aa6",
            "host": "de.localhost",
            "branches": ["hafencity", "altona"],
            "journeys": ["company_de", "company_int", "person"],
        },
        register="vies",
        erp=GERMAN,
        part="HH",
    ),
    Abroad(
        unit={
            "code": "nordlicht-ru",
            "name": "Nordlicht Россия",
            "country": "RU",
            "currency": "RUB",
            "language": "ru",
            "time_zone": "Europe/Moscow",
            "sender": "zdravstvuyte@nordlicht-ru.example",
            "brand": "Nordlicht Supplies",
            "accent": "#7a3b8f",
            "host": "ru.localhost",
            "branches": ["presnya"],
            "journeys": ["company_ru", "person"],
        },
        register="dadata",
        erp=RUSSIAN,
    ),
)


def make_unit(abroad: Abroad, *, sms: str, now: datetime) -> BusinessUnit:
    """Make sure that a unit, its systems and its calendar are there."""
    place = abroad.country.lower()
    erp, register = f"erp-{place}", f"registry-{place}"
    _connect(erp, "erp", "sap", abroad.erp, unit=abroad.unit["code"], now=now)
    _connect(register, "registry", abroad.register, {}, unit=abroad.unit["code"], now=now)
    unit, is_new = BusinessUnit.objects.get_or_create(
        code=abroad.unit["code"],
        defaults={
            **abroad.unit,
            "erp": erp,
            "registry": register,
            "sms": sms,
            "sms_sender": "Nordlicht",
            "logo": "brand/nordlicht.png",
        },
    )
    if is_new:
        WorkingCalendar.objects.create(
            business_unit=unit, country=abroad.country, subdivision=abroad.part, changed_at=now
        )
    return unit


def _connect(
    code: str, port: str, product: str, options: Mapping[str, Any], *, unit: str, now: datetime
) -> None:
    Connection.objects.get_or_create(
        code=code,
        defaults={
            "port": port,
            "product": product,
            "base_url": f"{_BEHIND_FAULTS}{code}",
            "options": dict(options),
            "business_unit": unit,
            "created_at": now,
        },
    )
