"""The frame of every desk page: who is signed in, where they are, how many wait for a person."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpResponse
from django.shortcuts import render

from atrio.desk.access import StaffRequest
from atrio.desk.roles import MAY_SEE_JOURNEYS
from atrio.desk.words import ROLES
from atrio.enrolment.queries import MAY_LOOK
from atrio.onboarding.queue import MOST_COUNTED, count_waiting
from atrio.parties.merging.rules import MAY_MERGE
from atrio.seller.actions import MAY_KEEP_DOORS

Here = Literal[
    "queue", "drafts", "promises", "merge", "imports", "systems", "outbox", "journeys", "doors"
]


def show(
    request: StaffRequest,
    template: str,
    context: dict[str, Any],
    *,
    here: Here,
    waiting: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page of the desk; `waiting` spares the count where the view has made it already."""
    if waiting is None:
        waiting = count_waiting(request.actor, "associate")
    frame = {
        "staff": {
            "name": request.actor.label,
            "roles_text": ", ".join(str(ROLES[role]) for role in sorted(request.actor.roles)),
        },
        "here": here,
        "may_merge": request.actor.has_role(*MAY_MERGE),
        "sees_journeys": request.actor.has_role(*MAY_SEE_JOURNEYS),
        "may_import": request.actor.has_role(*MAY_LOOK),
        "keeps_doors": request.actor.has_role(*MAY_KEEP_DOORS),
        "waiting": counted(waiting) if waiting else "",
    }
    return render(request, template, frame | context, status=status)


def submitted(request: StaffRequest) -> dict[str, str | list[str]]:
    """Return what was posted, as forms read it."""
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
    }


def counted(number: int) -> str:
    """Return a count in words: beyond what is counted, "1000+"."""
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)


def page_number(request: StaffRequest) -> int:
    """Return the page of a list that is asked for; 1 for whatever is no page."""
    asked = request.GET.get("page", "")
    return max(int(asked), 1) if asked.isdecimal() and len(asked) < 7 else 1
