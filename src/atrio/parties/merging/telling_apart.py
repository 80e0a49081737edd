"""Say of a probable pair that the two are not the same, and take that back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound
from atrio.parties.merging.queries import pairs_visible_to
from atrio.parties.merging.rules import refuse_unless_may_merge
from atrio.parties.models import Pair
from atrio.timeline.actions import Where, record


@transaction.atomic
def dismiss_pair(*, by: Actor, pair_id: UUID, now: datetime) -> Pair:
    """Remember that two are not the same. Raises NotFound, NotAllowed."""
    pair = _locked(by, pair_id)
    pair.status, pair.dismissed_by, pair.dismissed_at = Pair.Status.DISMISSED, by.label[:120], now
    _keep(by, pair, "told_apart", now)
    return pair


@transaction.atomic
def reopen_pair(*, by: Actor, pair_id: UUID, now: datetime) -> Pair:
    """Take back that two are not the same. Raises NotFound, NotAllowed."""
    pair = _locked(by, pair_id)
    pair.status, pair.dismissed_by, pair.dismissed_at = Pair.Status.OPEN, "", None
    _keep(by, pair, "told_apart_no_more", now)
    return pair


def _locked(by: Actor, pair_id: UUID) -> Pair:
    pair = pairs_visible_to(by).select_for_update().filter(pk=pair_id).first()
    if pair is None:
        raise NotFound(_("There is no such pair."))
    refuse_unless_may_merge(by)
    return pair


def _keep(by: Actor, pair: Pair, what: str, now: datetime) -> None:
    pair.save(update_fields=["status", "dismissed_by", "dismissed_at"])
    ids = {"one": str(pair.one_id), "other": str(pair.other_id)}
    where = Where(business_unit=pair.business_unit)
    record(by=by, what=f"{pair.kind}.{what}", where=where, now=now, **ids)
