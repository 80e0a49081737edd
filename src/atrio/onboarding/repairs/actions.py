"""Have many equal failures tried again, and try one of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from atrio.identity.models import User
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, Refused
from atrio.kernel.queue import later
from atrio.onboarding.actions import retry_call
from atrio.onboarding.actions.decide_step import MAY_DECIDE
from atrio.onboarding.actions.retry_call import NothingToRetry
from atrio.onboarding.models import RepairItem, RepairRun
from atrio.onboarding.repairs.queries import find_failing
from atrio.seller.queries import staff_actor

# Who repairs one repairs many.
MAY_REPAIR = MAY_DECIDE


class NothingChosen(Refused):
    """None of the failures was chosen."""


@transaction.atomic
def repair_together(
    *, by: Actor, key: str, chosen: Collection[UUID] | None, now: datetime
) -> RepairRun:
    """Have equal failures tried again in the background: the `chosen` calls, or all (None).

    Whatever was put right meanwhile, or is not the actor's to repair, is left out. Raises
    NotAllowed, NothingToRetry, NothingChosen.
    """
    if not by.has_role(*MAY_REPAIR):
        raise NotAllowed(_("Only associates repair applications."))
    found = find_failing(by, key)
    if found is None:
        raise NothingToRetry(_("Nothing waits for this any more."))
    wanted = [
        failure.call
        for failure in found.failures
        if not failure.is_sold_by_reader and (chosen is None or failure.call.pk in chosen)
    ]
    if not wanted:
        raise NothingChosen(_("Choose at least one application."))
    run = RepairRun.objects.create(
        system=found.system,
        call=found.call,
        error_code=found.error_code,
        kind=found.kind,
        by_id=UUID(by.id),
        by_label=by.label[:120],
        started_at=now,
    )
    RepairItem.objects.bulk_create(
        RepairItem(run=run, application_id=call.application_id, call=call) for call in wanted
    )
    later("onboarding.repair_together", run_id=run.pk)
    return run


def waiting_items(run_id: UUID) -> list[UUID]:
    """Return the failures of a run that nothing was made of yet, in their order."""
    waiting = RepairItem.objects.filter(run=run_id, status=RepairItem.Status.WAITING)
    return list(waiting.order_by("id").values_list("pk", flat=True))


@transaction.atomic
def repair_one(*, item_id: UUID, now: datetime) -> None:
    """Try one failure of a run again, as its actor would by hand; once, however often it is asked.

    Nobody becomes the owner of a hundred applications by one word.
    """
    item = RepairItem.objects.select_for_update(of=("self",)).select_related("run").get(pk=item_id)
    if item.status != RepairItem.Status.WAITING:
        return
    user = User.objects.get(pk=item.run.by_id)
    by = staff_actor(user.pk, str(user)) if user.is_active else None
    with translation.override(user.language):
        item.refusal = _tried(item, by, now)[:300]
    item.status = RepairItem.Status.REFUSED if item.refusal else RepairItem.Status.TRIED
    item.save(update_fields=["status", "refusal"])


def _tried(item: RepairItem, by: Actor | None, now: datetime) -> str:
    """Try a failure again and return why that was refused, "" if it was not."""
    if by is None:
        return gettext("Whoever asked for it works here no more.")
    try:
        with transaction.atomic():
            retry_call(
                by=by,
                application_id=item.application_id,
                call_id=item.call_id,
                now=now,
                and_take=False,
            )
    except Refused as refusal:
        return str(refusal)
    return ""
