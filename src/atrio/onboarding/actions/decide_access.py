"""Take the word of an account's admin on a colleague who asks for access."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.kernel.queue import later
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.case import NewFact, open_case
from atrio.onboarding.models import AccessRequest, Fact
from atrio.onboarding.queries import access_requests_visible_to
from atrio.parties.queries import is_admin_of

LANE = "admin"


class AlreadyDecided(Refused):
    """Somebody has answered the request before, or nobody needs an answer any more."""


@transaction.atomic
def decide_access(
    *, by: Actor, request_id: UUID, is_approved: bool, now: datetime
) -> AccessRequest:
    """Take an admin's word on a colleague, once; the background lets the application go on.

    Raises NotFound, NotAllowed, AlreadyDecided.
    """
    request = access_requests_visible_to(by).filter(pk=request_id).select_for_update().first()
    if request is None:
        raise NotFound(_("There is no such request."))
    if not is_admin_of(by, request.account_id):
        raise NotAllowed(_("Only admins of the account let colleagues in."))
    if request.status != AccessRequest.Status.OPEN:
        raise AlreadyDecided(_("This request has been answered already."))
    status = AccessRequest.Status.APPROVED if is_approved else AccessRequest.Status.DECLINED
    request.status, request.decided_at = status, now
    request.decided_by_id, request.decided_by_label = UUID(by.id), by.label[:120]
    request.save(update_fields=["status", "decided_at", "decided_by", "decided_by_label"])
    later("onboarding.take_access_decision", request_id=request.pk)
    return request


@transaction.atomic
def take_access_decision(*, request_id: UUID, now: datetime) -> None:
    """Let the application go on as an admin has decided, if it still waits for that."""
    request = AccessRequest.objects.get(pk=request_id)
    case = open_case(by=SYSTEM, application_id=request.application_id, now=now)
    step = next((step for step in case.open_steps.values() if step.lane == LANE), None)
    if step is None:
        return
    case.by = Actor(
        kind="member",
        id=str(request.decided_by_id),
        label=request.decided_by_label,
        accounts=frozenset({request.account_id}),
    )
    is_approved = request.status == AccessRequest.Status.APPROVED
    verdict = NewFact(
        "access.verdict",
        "approve" if is_approved else "decline",
        Fact.Origin.ADMIN,
        Fact.Status.VERIFIED,
    )
    case.add_facts([verdict], step=step)
    case.close(step, "completed")
    case.run.complete(step.task_id, case.tree, now=now)
    advance_and_save(case)
