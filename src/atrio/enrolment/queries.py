"""Read runs and issues; they are for staff and the background."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from atrio.enrolment.models import ImportIssue, ImportRun
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound

MAY_LOOK = ("associate", "regional_admin", "admin")


def runs_visible_to(by: Actor) -> QuerySet[ImportRun]:
    """Return the imports of the units this member of staff works for, the latest first."""
    if by.kind != "staff":
        return ImportRun.objects.none()
    runs = ImportRun.objects.filter(business_unit__in=by.business_units)
    return runs.order_by("-started_at", "-id")


def get_run(*, by: Actor, run_id: UUID) -> ImportRun:
    """Return one import; NotFound if there is none or it is not theirs to see."""
    found = runs_visible_to(by).filter(pk=run_id).first()
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def issues_of(run: ImportRun, *, what: str = "") -> QuerySet[ImportIssue]:
    """Return what the run reports, of one kind or of all, in the order in which it was found."""
    issues = run.issues.order_by("id")
    return issues.filter(what=what) if what else issues


def count_issues(run: ImportRun) -> dict[str, int]:
    """Return how many issues of each kind the run reports, the most frequent first."""
    counted = run.issues.values("what").annotate(count=Count("id")).order_by("-count", "what")
    return {row["what"]: row["count"] for row in counted}


def run_now(run_id: UUID) -> ImportRun:
    """Return how an import stands, for the background and the command line."""
    return ImportRun.objects.get(pk=run_id)
