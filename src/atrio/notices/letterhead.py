"""On whose paper a message is written: brand, sender and hours of a business unit."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import time
from email.utils import formataddr
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.staticfiles import finders

from atrio.kernel.errors import NotFound
from atrio.seller.colours import ACCENT, COLOUR, ink_on
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import business_unit, paper_of
from atrio.seller.rules import Paper

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What a business unit's messages bear, and when its readers sleep."""

    unit: str  # code; "" is the house itself
    brand: str
    sender: str  # "Nordlicht Supplies <ola@nordlicht.example>"
    accent: str = ACCENT
    logo: str = ""  # a static file
    sms_sender: str = ""
    sms: str = ""  # code of the connection that sends text messages
    time_zone: ZoneInfo = _UTC
    quiet_from: time = time(0)
    quiet_until: time = time(0)

    @property
    def ink(self) -> str:
        """Return the colour of writing that can be read on the accent."""
        return ink_on(self.accent)


def letterhead_of(unit: str) -> Letterhead:
    """Return a business unit's letterhead; the house's own where there is no such unit."""
    try:
        return _of(business_unit(unit)) if unit else _house()
    except NotFound:
        return _house()


def _of(unit: BusinessUnit) -> Letterhead:
    return on_paper(unit, paper_of(unit))


def _house() -> Letterhead:
    return Letterhead(unit="", brand=settings.ATRIO_BRAND, sender=settings.DEFAULT_FROM_EMAIL)


def on_paper(unit: BusinessUnit, paper: Paper) -> Letterhead:
    """Return the letterhead that a unit has on this paper."""
    brand = paper.brand or settings.ATRIO_BRAND
    return Letterhead(
        unit=unit.code,
        brand=brand,
        sender=formataddr((brand, paper.sender)) if paper.sender else settings.DEFAULT_FROM_EMAIL,
        accent=paper.accent if COLOUR.fullmatch(paper.accent) else ACCENT,
        logo=paper.logo,
        sms_sender=paper.sms_sender,
        sms=unit.sms,
        time_zone=ZoneInfo(unit.time_zone),
        quiet_from=paper.quiet_from,
        quiet_until=paper.quiet_until,
    )


@lru_cache(maxsize=64)
def logo_of(name: str) -> bytes:
    """Return a logo's PNG; b"" where there is none of that name, which must hold up no message."""
    found = finders.find(name) if name.endswith(".png") else None
    return Path(found).read_bytes() if found else b""


def logo_as_address(name: str) -> str:
    """Return a logo as an address that needs nobody to answer it."""
    return f"data:image/png;base64,{b64encode(logo_of(name)).decode()}"
