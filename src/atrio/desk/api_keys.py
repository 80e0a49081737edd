"""Keys of programs: made, looked at and revoked by administrators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import show
from atrio.desk.words import Status, Text, ago
from atrio.integrators.actions import LONGEST_NAME, NothingAllowed, make_key, revoke_key
from atrio.integrators.queries import keys_visible_to
from atrio.integrators.rules import SCOPES
from atrio.seller.queries import own_units

if TYPE_CHECKING:
    from atrio.integrators.models import ApiKey

SHOWN = 100
RIGHTS: Mapping[str, Text] = {
    "journeys:read": gettext_lazy("Read journeys and their fields"),
    "applications:read": gettext_lazy("Read applications"),
    "applications:write": gettext_lazy("Begin, answer and withdraw applications for customers"),
    "accounts:read": gettext_lazy("Read customers: numbers, price groups, companies"),
    "webhooks:write": gettext_lazy("Have events sent to it"),
}
_WORKS = Status("good", "circle-check", gettext_lazy("works"))
_REVOKED = Status("", "x", gettext_lazy("revoked"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def keys(request: StaffRequest) -> HttpResponse:
    """List the keys of one's units; make another and show it this one time."""
    if request.method != "POST":
        return _show(request)
    said = {
        "name": request.POST.get("name", "")[:LONGEST_NAME],
        "units": request.POST.getlist("units"),
        "scopes": request.POST.getlist("scopes"),
    }
    try:
        key, secret = make_key(
            by=request.actor,
            name=str(said["name"]),
            business_units=said["units"],
            scopes=said["scopes"],
            now=timezone.now(),
        )
    except NothingAllowed as refused:
        return _show(request, said=said, wrong=str(refused), status=422)
    return _show(request, made={"name": key.name, "secret": secret})


@require_POST
@for_staff
def revoke(request: StaffRequest, key_id: UUID) -> HttpResponse:
    """Let nobody in by a key any more."""
    key = revoke_key(by=request.actor, key_id=key_id, now=timezone.now())
    messages.success(request, _("The key of %(name)s opens nothing any more.") % {"name": key.name})
    return redirect("desk:api-keys")


def _show(
    request: StaffRequest,
    *,
    said: Mapping[str, Any] | None = None,
    wrong: str = "",
    made: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now, said = timezone.now(), said or {"name": "", "units": [], "scopes": []}
    units = own_units(request.actor)
    names = {unit.code: unit.name for unit in units}
    context = {
        "keys": [_key(key, names, now) for key in keys_visible_to(request.actor)[:SHOWN]],
        "made": made,
        "name": said["name"],
        "wrong": wrong,
        "units": [
            {
                "code": unit.code,
                "name": unit.name,
                "is_chosen": unit.code in said["units"] or len(units) == 1,
            }
            for unit in units
        ],
        "rights": [
            {"scope": scope, "text": RIGHTS[scope], "is_chosen": scope in said["scopes"]}
            for scope in SCOPES
        ],
    }
    return show(request, "desk/api_keys.html", context, here="systems", status=status)


def _key(key: ApiKey, names: Mapping[str, str], now: datetime) -> dict[str, Any]:
    return {
        "name": key.name,
        "prefix": key.prefix,
        # Of units that are not the reader's they see the code and no more.
        "units": ", ".join(names.get(code, code) for code in key.business_units),
        "rights": [RIGHTS[scope] for scope in key.scopes],
        "by": key.created_by,
        "created_at": key.created_at,
        "created": ago(key.created_at, now=now),
        "used_at": key.used_at,
        "used": ago(key.used_at, now=now) if key.used_at else "",
        "status": _REVOKED if key.revoked_at else _WORKS,
        "revoke_url": "" if key.revoked_at else reverse("desk:api-key-revoke", args=[key.pk]),
    }
