"""Let a business unit make its customers in another ERP from now on.

Who is a customer already stays with the ERP that knows them: prices and credit lines follow the
account's link. What must not happen is that one customer is made in both, which is what a second
try after the change would do if the first one was never answered.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection as database
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.kernel.queue import later
from atrio.onboarding.outages import count_unknown_in_erp
from atrio.outside.queries import erps_for
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import own_units_of
from atrio.timeline.actions import Where, record

MAY_CHOOSE_ERP = ("regional_admin", "admin")
# Whoever begins a call notes it before reading whom to ask: it waits here, or has been counted.
_NOBODY_BEGINS = "lock table onboarding_call in share mode"


class NoSuchErp(Refused):
    """The unit has no such ERP."""


class ErpOwesAnAnswer(Refused):
    """Applications have asked the present ERP, and nobody knows yet what it has done."""


@transaction.atomic
def choose_erp(*, by: Actor, unit: str, erp: str, now: datetime) -> BusinessUnit:
    """Let the unit's next customers be made in this ERP; to choose the present one does nothing.

    Its catalogue is mirrored at once. Raises NotFound, NotAllowed, NoSuchErp,
    ErpOwesAnAnswer.
    """
    if not own_units_of(by).filter(code=unit).exists():
        raise NotFound(_("There is no such business unit."))
    if not by.has_role(*MAY_CHOOSE_ERP):
        raise NotAllowed(_("Only administrators choose a business unit's ERP."))
    if erp not in {row.code for row in erps_for(by)[unit]}:
        raise NoSuchErp(_("Please choose one of the ERPs that are offered."))
    with database.cursor() as cursor:
        cursor.execute(_NOBODY_BEGINS)
    found = own_units_of(by).select_for_update().get(code=unit)
    before = found.erp
    if before == erp:
        return found
    _see_that_all_is_known(unit)
    found.erp = erp
    found.former_erps = [code for code in [*found.former_erps, before] if code != erp]
    found.save(update_fields=["erp", "former_erps"])
    record(
        by=by,
        what="unit.erp_chosen",
        where=Where(business_unit=unit),
        now=now,
        before=before,
        after=erp,
    )
    later("trade.mirror_catalogues", once=f"chosen:{erp}")
    return found


def _see_that_all_is_known(unit: str) -> None:
    unknown = count_unknown_in_erp(unit)
    if unknown:
        raise ErpOwesAnAnswer(
            ngettext(
                "%(count)s application has asked the present ERP, and nobody knows yet what became"
                " of it. Please wait for the answer, or settle it in the queue first.",
                "%(count)s applications have asked the present ERP, and nobody knows yet what"
                " became of them. Please wait for the answers, or settle them in the queue first.",
                unknown,
            )
            % {"count": unknown}
        )
