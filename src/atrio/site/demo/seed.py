"""Fill a house with the demonstration: Nordlicht Supplies, who works there, what they sell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import structlog
from django.db import transaction

from atrio.enrolment.actions import run_import, start_import
from atrio.enrolment.models import ImportRun
from atrio.identity.actions import ensure_user
from atrio.journeys.actions import publish
from atrio.journeys.queries import pack_folders
from atrio.kernel.actors import SYSTEM
from atrio.kernel.errors import OutsideBusy, OutsideError, OutsideFailure
from atrio.outside.invented_base import BaseCustomer, invented_base
from atrio.outside.invented_regions import CUSTOMERS
from atrio.outside.models import Connection
from atrio.parties.actions import give_seat
from atrio.parties.models import Account
from atrio.postcodes.actions import import_postcodes
from atrio.postcodes.models import Postcode
from atrio.seller.models import BusinessUnit, Staff
from atrio.seller.queries import offers
from atrio.site.demo.abroad import UNITS, make_unit
from atrio.site.demo.personas import STAFF
from atrio.site.demo.sap import OPTIONS as SAP_OPTIONS
from atrio.site.demo.shop import COMMERCE, COMMERCE_OPTIONS, make_shop
from atrio.site.machine.tryton.server import DATABASE, USER
from atrio.trade.actions import mirror_catalogue

log = structlog.get_logger(__name__)
# The built-in packs, with what the demonstration's units do their own way.
PACKS = Path(__file__).parent / "packs"
DATA = Path(__file__).parent / "data"
ERP, REGISTRY, CRM, SMS = "erp-br", "registry-br", "crm-br", "sms-br"
TRYTON_OPTIONS = {"database": DATABASE, "user": USER, "currency": "BRL"}
SAP = "erp-sap"  # to which an administrator may move a unit
# What a demonstration that was begun before has to be given.
_CAME_LATER = {
    "crm": CRM,
    "sms": SMS,
    "sms_sender": "Nordlicht",
    "brand": "Nordlicht Supplies",
    "logo": "brand/nordlicht.png",
}


def seed(now: datetime) -> None:
    """Make sure that everything the demonstration needs is there; again, it changes nothing.

    The ERP of Brazil must run: the catalogue is mirrored from it, and the first time so are its
    customers. Raises OutsideError if it does not. Units abroad wait until theirs answer.
    """
    with transaction.atomic():
        _make_connections(now)
        unit = _make_unit()
        abroad = [make_unit(each, sms=SMS, now=now) for each in UNITS]
        for each in (unit, _make_branch(unit), *abroad):
            _make_people(each)
        if not Postcode.objects.exists():
            with (DATA / "postcodes.txt").open(encoding="utf-8") as lines:
                import_postcodes(lines)
        make_shop(unit.code)
        for folder in _packs():
            publish(by=SYSTEM, folder=folder, now=now)
    mirror_catalogue(erp=ERP, now=now)
    _import_base(unit, invented_base(), now)
    for each in abroad:
        if _mirror_if_it_answers(each, now):
            _import_base(each, CUSTOMERS[each.country], now)


def _packs() -> list[Path]:
    """Return the folders of the packs that units offer, our own where there is one."""
    offered = dict.fromkeys(pack for pack, _unit in offers())
    return [PACKS / pack if (PACKS / pack).is_dir() else pack_folders()[pack] for pack in offered]


def _mirror_if_it_answers(unit: BusinessUnit, now: datetime) -> bool:
    try:
        mirror_catalogue(erp=unit.erp, now=now)
    except OutsideError as error:
        # The background mirrors every hour, and the next start takes its customers over.
        log.warning("demo.not_mirrored", erp=unit.erp, error=str(error))
        return False
    return True


def _make_connections(now: datetime) -> None:
    """All stand behind the fault proxy, so that they can be slowed, broken and repaired."""
    for code, port, product, base_url, options in (
        (ERP, "erp", "tryton", "faults:erp", TRYTON_OPTIONS),
        (SAP, "erp", "sap", "faults:erp-sap", SAP_OPTIONS),
        (REGISTRY, "registry", "brasilapi", "faults:registry", {}),
        (CRM, "crm", "salesforce", "faults:crm", {}),
        (COMMERCE, "shop", "adobe_commerce", "faults:shop", COMMERCE_OPTIONS),
        (SMS, "sms", "gateway", "faults:sms", {}),
    ):
        Connection.objects.get_or_create(
            code=code,
            defaults={
                "port": port,
                "product": product,
                "base_url": base_url,
                "options": options,
                "created_at": now,
            },
        )


def _make_unit() -> BusinessUnit:
    unit, _made = BusinessUnit.objects.get_or_create(
        code="nordlicht-br",
        defaults={
            "name": "Nordlicht Supplies Brasil",
            "country": "BR",
            "currency": "BRL",
            "language": "pt-br",
            "time_zone": "America/Sao_Paulo",
            "sender": "ola@nordlicht.example",
            "erp": ERP,
            "registry": REGISTRY,
            **_CAME_LATER,
            "branches": ["paulista", "campinas"],
            "journeys": ["company_br"],
        },
    )
    missing = {name: value for name, value in _CAME_LATER.items() if not getattr(unit, name)}
    for name, value in missing.items():
        setattr(unit, name, value)
    if missing:
        unit.save(update_fields=list(missing))
    return unit


def _make_branch(unit: BusinessUnit) -> BusinessUnit:
    """Make a unit that has its own host and colour and does some of it its own way."""
    taken_over = ("country", "currency", "language", "time_zone", "sender", "journeys")
    systems = ("erp", "registry", "crm", "sms", "sms_sender", "logo")
    branch, _made = BusinessUnit.objects.get_or_create(
        code="nordlicht-sul",
        defaults={name: getattr(unit, name) for name in (*taken_over, *systems)}
        | {
            "name": "Nordlicht Supplies Sul",
            "brand": "Nordlicht Sul",
            "accent": "#a6461f",
            "host": "sul.localhost",
        },
    )
    return branch


def _import_base(unit: BusinessUnit, base: Iterable[BaseCustomer], now: datetime) -> None:
    """Take over whom the ERP and the CRM know, and let those sign in who look after an account.

    Once; a house that has done so is left as it is.
    """
    if ImportRun.objects.filter(business_unit=unit.code).exists():
        return
    run = start_import(by=SYSTEM, unit=unit.code, now=now, in_background=False)
    try:
        for _page in run_import(run.pk):
            pass
    except OutsideBusy:
        # The house opens without the rest; the background goes on when the system answers.
        start_import(by=SYSTEM, unit=unit.code, now=now)
    except OutsideFailure as error:
        log.warning("demo.not_imported", error=str(error))  # the desk says so, too
    accounts = dict(
        Account.objects.filter(business_unit=unit.code).values_list("customer_number", "pk")
    )
    for customer in base:
        for contact in customer.contacts:
            if contact.seat and customer.number in accounts:
                person = contact.person
                user = ensure_user(email=person.email, name=person.name, language=unit.language)
                give_seat(
                    account_id=accounts[customer.number],
                    user_id=user.pk,
                    role=contact.seat,
                    now=now,
                )


def _make_people(unit: BusinessUnit) -> None:
    for persona in STAFF:
        user = ensure_user(email=persona.email, name=persona.name, language="en")
        for role in persona.roles:
            Staff.objects.get_or_create(user=user, business_unit=unit, role=role)
