"""The merge desk: who is probably one customer, side by side; made one, told apart, taken back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import page_number, show
from atrio.desk.merge_words import (
    VIEWS,
    change_lines,
    evidence_lines,
    field_label,
    left_lines,
    likely,
    shown_value,
    side_lines,
    state_of,
)
from atrio.desk.words import ago
from atrio.kernel.errors import NotFound, Refused
from atrio.outside.queries import links_of
from atrio.parties.merging.actions import (
    merge_accounts,
    merge_companies,
    merge_contacts,
    undo_merge,
)
from atrio.parties.merging.queries import (
    Sides,
    get_merge,
    is_by_link,
    merges_visible_to,
    probable_pairs,
    side_by_side,
)
from atrio.parties.merging.rules import Side
from atrio.parties.merging.telling_apart import dismiss_pair, reopen_pair

if TYPE_CHECKING:
    from atrio.parties.models import Merge

MERGE_PAGE = 25
LAST_PAGE = 200


def refusals_return_to_the_list(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show a refusal as a message above the list; NotFound remains a 404."""

    @wraps(view)
    def guarded(request: StaffRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("desk:merge")

    return guarded


@require_safe
@for_staff
def pairs(request: StaffRequest) -> HttpResponse:
    """List what is probably one, what was told apart, or what was merged."""
    asked = request.GET.get("view", "")
    view = asked if asked in VIEWS else "open"
    number = min(page_number(request), LAST_PAGE)
    start = (number - 1) * MERGE_PAGE
    # One more than is shown tells whether there is a next page; nobody counts them all.
    rows = _merges(request, start) if view == "merged" else _pairs(request, view, start)
    has_next = len(rows) > MERGE_PAGE and number < LAST_PAGE
    context = {
        "views": [
            {"name": name, "url": _address(view=key), "is_current": key == view, "value": key}
            for key, name in VIEWS.items()
        ],
        "view": view,
        "rows": rows[:MERGE_PAGE],
        "pages": {
            "text": _("Page %(number)s") % {"number": number},
            "previous": _address(view=view, page=number - 1) if number > 1 else "",
            "next": _address(view=view, page=number + 1) if has_next else "",
        },
        "empty": {
            "icon": "users",
            "title": _("Nobody here"),
            "text": _("Customers who resemble each other appear here by themselves."),
        },
    }
    return show(request, "desk/merge.html", context, here="merge")


@require_safe
@for_staff
def pair(request: StaffRequest, pair_id: UUID) -> HttpResponse:
    """Show two side by side, with what speaks for their being one, and all that differs."""
    sides = side_by_side(by=request.actor, pair_id=pair_id)
    links = links_of([sides.one.account.pk, sides.other.account.pk, sides.one.id, sides.other.id])
    both_linked = _systems(links, sides.one.account.pk) & _systems(links, sides.other.account.pk)
    context = {
        "pair": {
            "id": sides.pair.pk,
            "title": _("%(one)s and %(other)s")
            % {"one": sides.one.name, "other": sides.other.name},
            "likely": likely(sides.pair.score, sides.pair.verdict),
            "evidence": evidence_lines(sides.pair.evidence),
            "is_dismissed": sides.pair.status == "dismissed",
            "dismissed_by": sides.pair.dismissed_by,
            "two_companies": sides.have_both_a_company,
            "both_linked": sorted(both_linked) if sides.are_two_accounts else [],
        },
        "sides": [
            {
                "value": which,
                "name": side.name,
                "lines": side_lines(side, links),
                "is_kept": sides.keep == which,
            }
            for which, side in (("one", sides.one), ("other", sides.other))
        ],
        "fields": [
            {
                "name": one.name,
                "label": field_label(one.name),
                "one": shown_value(one.name, one.one),
                "other": shown_value(one.name, one.other),
                "proposed": one.proposed,
            }
            for one in sides.comparisons
            if not (both_linked and is_by_link(one.name))
        ],
    }
    return show(request, "desk/merge_pair.html", context, here="merge")


@require_POST
@refusals_return_to_the_list
@for_staff
def merge(request: StaffRequest, pair_id: UUID) -> HttpResponse:
    """Make one of two, with the values that were chosen."""
    sides = side_by_side(by=request.actor, pair_id=pair_id)
    merged = _merge(request, sides)
    messages.success(request, _("They are one now. You can take it back for 30 days."))
    return redirect("desk:merged", merged.pk)


@require_POST
@refusals_return_to_the_list
@for_staff
def dismiss(request: StaffRequest, pair_id: UUID) -> HttpResponse:
    """Remember that two are not the same, and go on with the list."""
    dismiss_pair(by=request.actor, pair_id=pair_id, now=timezone.now())
    messages.success(request, _("They will not be proposed again."))
    return redirect("desk:merge")


@require_POST
@refusals_return_to_the_list
@for_staff
def reopen(request: StaffRequest, pair_id: UUID) -> HttpResponse:
    """Take back that two are not the same."""
    reopen_pair(by=request.actor, pair_id=pair_id, now=timezone.now())
    return redirect("desk:merge-pair", pair_id)


@require_safe
@for_staff
def merged(request: StaffRequest, merge_id: UUID) -> HttpResponse:
    """Show what became one, what changed by it, and how to take it back."""
    found = get_merge(by=request.actor, merge_id=merge_id)
    now = timezone.now()
    context = {
        "merge": {
            "id": found.pk,
            "kept": found.kept_name,
            "dropped": found.dropped_name,
            "state": state_of(found, now=now),
            "by": found.by_label,
            "at": found.merged_at,
            "when": ago(found.merged_at, now=now),
            "reason": found.reason,
            "changes": change_lines(found.changes),
            "may_undo": found.undone_at is None and now < found.undo_until,
            "undo_until": found.undo_until,
            "undone_by": found.undone_by,
            "undone_at": found.undone_at,
            "not_undone": left_lines(found.not_undone),
        },
        # Taken back, each has its own again.
        "aliases": [] if found.undone_at else found.aliases,
    }
    return show(request, "desk/merged.html", context, here="merge")


@require_POST
@refusals_return_to_the_list
@for_staff
def undo(request: StaffRequest, merge_id: UUID) -> HttpResponse:
    """Take a merge back, as far as nobody has changed anything since."""
    found = undo_merge(
        by=request.actor, merge_id=merge_id, reason=_reason(request), now=timezone.now()
    )
    if found.not_undone:
        messages.warning(request, _("Taken back, but for what has been changed since."))
    else:
        messages.success(request, _("Taken back: everything is as it was."))
    return redirect("desk:merged", merge_id)


def _merge(request: StaffRequest, sides: Sides) -> Merge:
    posted = request.POST
    is_one_kept = posted.get("keep", sides.keep) != "other"
    kept, dropped = (sides.one, sides.other) if is_one_kept else (sides.other, sides.one)
    choices: dict[str, Side] = {
        field.name: "kept" if (posted[field.name] == "one") == is_one_kept else "dropped"
        for field in sides.comparisons
        if posted.get(field.name) in {"one", "other"}
    }
    said: dict[str, Any] = {
        "by": request.actor,
        "choices": choices,
        "reason": _reason(request),
        "now": timezone.now(),
    }
    if sides.one.contact:
        return merge_contacts(keep=kept.id, drop=dropped.id, **said)
    if not sides.are_two_accounts:
        return merge_companies(keep=kept.id, drop=dropped.id, **said)
    is_one_company = sides.have_both_a_company and posted.get("company") != "two"
    return merge_accounts(
        keep=kept.account.pk,
        drop=dropped.account.pk,
        same_company=(kept.id, dropped.id) if is_one_company else None,
        **said,
    )


def _reason(request: StaffRequest) -> str:
    return request.POST.get("reason", "").replace("\0", "").strip()[:300]


def _pairs(request: StaffRequest, view: str, start: int) -> list[dict[str, Any]]:
    found = probable_pairs(by=request.actor, status=view, start=start, count=MERGE_PAGE + 1)
    return [
        {
            "url": reverse("desk:merge-pair", args=[row.pk]),
            "one": one.name,
            "other": other.name,
            "whose": one.account.name if row.kind == "contact" else "",
            "likely": likely(row.score, row.verdict),
            "evidence": [line for line in evidence_lines(row.evidence) if line.speaks_for][:4],
        }
        for row, one, other in found
    ]


def _merges(request: StaffRequest, start: int) -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "url": reverse("desk:merged", args=[row.pk]),
            "one": row.kept_name,
            "other": row.dropped_name,
            "state": state_of(row, now=now),
            "by": row.by_label,
            "at": row.merged_at,
            "when": ago(row.merged_at, now=now),
        }
        for row in merges_visible_to(request.actor)[start : start + MERGE_PAGE + 1]
    ]


def _systems(links: dict[UUID, list[Any]], account: UUID) -> set[str]:
    return {link.connection.code for link in links.get(account, [])}


def _address(**query: object) -> str:
    return f"{reverse('desk:merge')}?{urlencode(query)}"
