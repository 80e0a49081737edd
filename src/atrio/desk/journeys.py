"""Which journeys our business units offer, in which release, and what each does its own way."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import show
from atrio.journeys.overlays import Difference
from atrio.journeys.queries import offered_packs, own_ways, releases_in_use
from atrio.seller.queries import own_units

# What stands between a decision table's file and its rows: nothing to people.
_ROWS = "content.rules."


@require_safe
@for_staff
def journeys(request: StaffRequest) -> HttpResponse:
    """List the journeys of one's own units, and what is done otherwise than everybody does."""
    published, units = offered_packs(), own_units(request.actor)
    packs = sorted({pack for unit in units for pack in unit.journeys if pack in published})
    context = {
        "journeys": [_journey(pack, units) for pack in packs],
        "empty": {
            "icon": "id",
            "title": _("No journeys"),
            "text": _("Your business units offer no journey yet."),
        },
    }
    return show(request, "desk/journeys.html", context, here="journeys")


def _journey(pack: str, units: list[Any]) -> dict[str, Any]:
    language = get_language() or "en"
    in_use = releases_in_use(pack)
    journey, release = in_use[""]
    ways = own_ways(in_use)
    return {
        "name": pack,
        "title": journey.pack.title(language),
        "version": _("Release %(number)s") % {"number": release.version},
        "published_at": release.published_at,
        "published_by": release.published_by,
        "sha256": release.sha256[:12],
        "units": [
            {
                "name": unit.name,
                "version": in_use[unit.code][1].version if unit.code in in_use else 0,
                "ways": [
                    way
                    for difference in ways.get(unit.code, [])
                    for way in [_way(difference, journey.pack.files)]
                ],
            }
            for unit in units
            if pack in unit.journeys
        ],
    }


def _way(difference: Difference, files: Any) -> dict[str, str]:
    path = PurePosixPath(difference.file)
    return {
        "what": _what(path),
        "place": " · ".join(_place(difference, files)),
        "code": f"{difference.file} {difference.place}".strip(),
        "ground": _told(difference.ground),
        "own": _told(difference.own),
    }


def _what(path: PurePosixPath) -> str:
    """Return what people call a file of a pack."""
    language = str(dict(settings.LANGUAGES).get(path.stem, path.stem))
    words = {
        "decisions": _("Decision table “%s”") % path.stem,
        "policy": _("Policy “%s”") % path.stem,
        "forms": _("Form “%s”") % path.stem,
        "texts": _("Texts, %s") % language,
        "examples": _("Example “%s”") % path.stem,
    }
    plain = {"pack.toml": _("The journey itself"), ".bpmn": _("Drawing")}
    return words.get(str(path.parent)) or plain.get(path.name) or plain.get(path.suffix, path.name)


def _place(difference: Difference, files: Any) -> list[str]:
    """Return a place as people see it: of a table its row and the name of the column."""
    _before, rows, inside = difference.place.partition(_ROWS)
    if not rows:
        return [part for part in difference.place.split(".") if part]
    row, _dot, column = inside.partition(".")
    names = _columns(files.get(difference.file, b"{}"))
    return [_("row “%s”") % row, names.get(column, column)] if column else [_("row “%s”") % row]


def _columns(table: bytes) -> dict[str, str]:
    return {
        column["id"]: column.get("name", column["id"])
        for node in json.loads(table).get("nodes", [])
        for side in ("inputs", "outputs")
        for column in node.get("content", {}).get(side, [])
    }


def _told(value: Any) -> str:
    """Return a value in one line, "" for what is not there."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
