"""Publish packs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from atrio.engine.problems import Problem, Unpublishable
from atrio.journeys.freezing import fingerprint, freeze
from atrio.journeys.models import Release
from atrio.journeys.overlays import UNITS
from atrio.journeys.packs import Pack, load_pack, units_with_own_ways
from atrio.journeys.rules import problems_of
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed
from atrio.timeline.actions import Where, record

MAY_PUBLISH = ("process_owner", "admin")


@transaction.atomic
def publish(*, by: Actor, folder: Path, now: datetime) -> Release:
    """Check a pack, freeze its bytes as its next version, and give that to new applications.

    The same is done for each business unit that has something its own way, or had: all of them,
    or none. Publishing what is the latest release already changes nothing. Returns the release
    for everybody else. Raises NotAllowed, Unpublishable.
    """
    if by.kind != "system" and not by.has_role(*MAY_PUBLISH):
        raise NotAllowed(_("Only process owners may publish a journey."))
    pack = load_pack(folder)
    release = _publish(by=by, pack=pack, unit="", now=now)
    for unit in sorted({*units_with_own_ways(folder), *_units_with_releases(pack.name)}):
        own = load_pack(folder, unit=unit)
        _publish(by=by, pack=own, unit=unit, now=now)
    return release


def _publish(*, by: Actor, pack: Pack, unit: str, now: datetime) -> Release:
    content = freeze(pack.files)
    earlier = Release.objects.select_for_update().filter(pack=pack.name, business_unit=unit)
    latest = earlier.order_by("-version").first()
    if latest is not None and latest.sha256 == fingerprint(content):
        return latest
    if problems := problems_of(pack):
        raise Unpublishable(_in_unit(problems, unit))
    release = Release.objects.create(
        pack=pack.name,
        business_unit=unit,
        version=latest.version + 1 if latest else 1,
        sha256=fingerprint(content),
        content=content,
        published_at=now,
        published_by=by.label or by.id,
    )
    record(
        by=by,
        what="release.published",
        where=Where(release_id=release.pk),
        now=now,
        pack=release.pack,
        business_unit=unit,
        version=release.version,
        sha256=release.sha256,
    )
    return release


def _units_with_releases(pack: str) -> set[str]:
    """Return who had something their own way: without it, they get what all others have."""
    releases = Release.objects.filter(pack=pack).exclude(business_unit="")
    return set(releases.values_list("business_unit", flat=True))


def _in_unit(problems: list[Problem], unit: str) -> list[Problem]:
    if not unit:
        return problems
    return [replace(problem, file=f"{UNITS}/{unit}: {problem.file}") for problem in problems]
