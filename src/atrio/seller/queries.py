"""Read our own side."""

from __future__ import annotations

from dataclasses import dataclass, fields
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from atrio.identity.models import User
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound
from atrio.seller.models import BusinessUnit, Staff
from atrio.seller.rules import Paper

# Asked by every call and most pages: as a query set, compiling it would cost more than asking.
_HOSTS = "seller.own_hosts"
_UNIT = "select * from seller_businessunit where code = %s"


def business_unit(code: str) -> BusinessUnit:
    """Return the unit with this code; NotFound if there is none."""
    found = next(iter(BusinessUnit.objects.raw(_UNIT, [code])), None)
    if found is None:
        raise NotFound(_("There is no such business unit."))
    return found


def unit_for_journey(pack: str, unit: str = "") -> BusinessUnit:
    """Return the unit whose customers come in by this pack: the one of this code, or the first.

    NotFound if nobody offers it.
    """
    offering = BusinessUnit.objects.filter(journeys__contains=[pack])
    found = (offering.filter(code=unit) if unit else offering).order_by("code").first()
    if found is None:
        raise NotFound(_("Nobody offers this way to become a customer."))
    return found


def own_units(by: Actor) -> list[BusinessUnit]:
    """Return the units a member of staff works for, by code."""
    return list(own_units_of(by))


def paper_of(unit: BusinessUnit) -> Paper:
    """Return on what a unit writes, as it is kept."""
    return Paper(**{each.name: getattr(unit, each.name) for each in fields(Paper)})


def own_units_of(by: Actor) -> QuerySet[BusinessUnit]:
    """Return the same, to be narrowed and locked."""
    return BusinessUnit.objects.filter(code__in=by.business_units).order_by("code")


def offers(*, at_host: str | None = None) -> list[tuple[str, BusinessUnit]]:
    """Return by which packs one becomes whose customer, by pack and unit.

    At a unit's own host only that unit's; at any other those of all that have no such host.
    """
    units = list(BusinessUnit.objects.order_by("name"))
    if at_host is not None:
        own = at_host if any(unit.host == at_host for unit in units) else ""
        units = [unit for unit in units if unit.host == own]
    found = [(pack, unit) for unit in units for pack in unit.journeys]
    return sorted(found, key=lambda offer: offer[0])


def own_hosts() -> dict[str, str]:
    """Return the code of each unit that has a host of its own → that host.

    Every page and letter asks, so what other processes have changed is up to half a minute old.
    """

    def ask() -> dict[str, str]:
        return dict(BusinessUnit.objects.exclude(host="").values_list("code", "host"))

    return caches["process"].get_or_set(_HOSTS, ask, timeout=30) or {}


def forget_hosts() -> None:
    """Let the next question for hosts be answered by the database."""
    caches["process"].delete(_HOSTS)


def address_of(unit: str) -> str:
    """Return where a unit's customers find it: "https://kunden.example.com", no slash behind it.

    The house's own address where the unit has no host of its own.
    """
    host = own_hosts().get(unit, "")
    if not host:
        return str(settings.PUBLIC_URL)
    house = urlsplit(settings.PUBLIC_URL)
    port = f":{house.port}" if house.port else ""
    return f"{house.scheme}://{host}{port}"


def units_on(port: str, connection: str) -> list[str]:
    """Return the codes of the units that ask this connection at a `port` ("erp", "registry", …)."""
    asks = Q(**{port: connection})
    if port == "erp":
        asks |= Q(former_erps__contains=[connection])
    return list(BusinessUnit.objects.filter(asks).values_list("code", flat=True))


def staff_actor(user_id: UUID, label: str) -> Actor | None:
    """Return what this user is as a member of staff, or None."""
    found = staff_at_work(user_id, label)
    return found.actor if found else None


@dataclass(frozen=True, slots=True)
class AtWork:
    """A member of staff, the time zone of their first unit, and whether one word is enough."""

    actor: Actor
    time_zone: str
    needs_second_factor: bool


def staff_at_work(user_id: UUID, label: str) -> AtWork | None:
    """Return what a user is at work, or None for somebody who does not work here."""
    unit = "business_unit__"
    columns = (f"{unit}code", f"{unit}time_zone", "role", f"{unit}needs_second_factor")
    rows = sorted(Staff.objects.filter(user_id=user_id).values_list(*columns))
    if not rows:
        return None
    actor = Actor(
        kind="staff",
        id=str(user_id),
        label=label,
        roles=frozenset(role for _unit, _zone, role, _needs in rows),
        business_units=frozenset(unit for unit, _zone, _role, _needs in rows),
    )
    needs = settings.ATRIO_STAFF_SECOND_FACTOR or any(row[3] for row in rows)
    return AtWork(actor, rows[0][1], needs)


def is_of_staff(email: str) -> bool:
    """Say whether somebody who works here signs in with this address."""
    return Staff.objects.filter(user__email__iexact=email).exists()


def sales_manager_of(code: str) -> Staff | None:
    """Return whom the unit's customers may turn to, None if it has no sales manager."""
    managers = Staff.objects.filter(
        business_unit__code=code, role=Staff.Role.MANAGER, user__is_active=True
    )
    return managers.select_related("user").order_by("id").first()


def colleagues_with(code: str, *roles: str) -> list[User]:
    """Return who has at least one of the roles in the unit and works here, by name."""
    staff = Staff.objects.filter(business_unit__code=code, role__in=roles)
    found = User.objects.filter(pk__in=staff.values("user"), is_active=True)
    return list(found.order_by("name", "email"))


def colleagues(code: str, role: str) -> list[Staff]:
    """Return who does this job in the unit, with their users."""
    found = Staff.objects.filter(business_unit__code=code, role=role, user__is_active=True)
    return list(found.select_related("user").order_by("id"))
