"""Read our own side."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound
from atrio.seller.models import BusinessUnit, Staff


def business_unit(code: str) -> BusinessUnit:
    """Return the unit with this code; NotFound if there is none."""
    found = BusinessUnit.objects.filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no such business unit."))
    return found


def unit_for_journey(pack: str) -> BusinessUnit:
    """Return the unit whose customers come in by this pack; NotFound if nobody offers it."""
    found = BusinessUnit.objects.filter(journeys__contains=[pack]).order_by("code").first()
    if found is None:
        raise NotFound(_("Nobody offers this way to become a customer."))
    return found


def units_by_journey() -> dict[str, BusinessUnit]:
    """Return pack → the unit whose customers come in by it."""
    units = BusinessUnit.objects.order_by("-code")
    return {pack: unit for unit in units for pack in unit.journeys}


def staff_actor(user_id: UUID, label: str) -> Actor | None:
    """Return what this user is as a member of staff, or None."""
    rows = list(Staff.objects.filter(user_id=user_id).values_list("role", "business_unit__code"))
    if not rows:
        return None
    return Actor(
        kind="staff",
        id=str(user_id),
        label=label,
        roles=frozenset(role for role, _unit in rows),
        business_units=frozenset(unit for _role, unit in rows),
    )


def time_zone_of(staff: Actor) -> str:
    """Return the time zone of a member of staff: of their first unit, if they work for several."""
    units = BusinessUnit.objects.filter(code__in=staff.business_units).order_by("code")
    return units.values_list("time_zone", flat=True)[0]


def sales_manager_of(code: str) -> Staff | None:
    """Return whom the unit's customers may turn to, None if it has no sales manager."""
    managers = Staff.objects.filter(
        business_unit__code=code, role=Staff.Role.MANAGER, user__is_active=True
    )
    return managers.select_related("user").order_by("id").first()
