"""Which journeys there are, and what an application runs on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from atrio.journeys.freezing import fingerprint, thaw
from atrio.journeys.journey import Journey
from atrio.journeys.models import Release
from atrio.journeys.overlays import Difference, differences
from atrio.journeys.packs import pack_of
from atrio.kernel.errors import NotFound

KEPT_IN_MEMORY = 64  # compiled journeys per process; a few hundred kB each


@lru_cache(maxsize=KEPT_IN_MEMORY)
def compiled(release_id: UUID) -> Journey:
    """Return the journey of a release, compiled once per process. Raises NotFound.

    A release never changes, so what is kept is never stale.
    """
    release = Release.objects.filter(pk=release_id).first()
    if release is None:
        raise NotFound(_("There is no such release."))
    content = bytes(release.content)
    if fingerprint(content) != release.sha256:
        raise ValueError(f"The bytes of {release} are not those that were published")
    return Journey.compile(pack_of(thaw(content)))


def latest_release(pack: str, unit: str = "") -> UUID:
    """Return the id of the release that new applications of the pack get at a business unit.

    Raises NotFound.
    """
    releases = Release.objects.filter(pack=pack, business_unit__in={"", unit})
    # The unit's own way comes before everybody's.
    found = releases.order_by("-business_unit", "-version").values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such journey."))
    return found


def releases_in_use(pack: str) -> dict[str, tuple[Journey, Release]]:
    """Return what new applications of a pack get: "" is everybody's, else by the unit's code."""
    latest = Release.objects.defer("content").filter(pack=pack)
    rows = latest.order_by("business_unit", "-version").distinct("business_unit")
    return {row.business_unit: (compiled(row.pk), row) for row in rows}


def own_ways(in_use: Mapping[str, tuple[Journey, Release]]) -> dict[str, list[Difference]]:
    """Return what each business unit does its own way, by its code, among `releases_in_use`."""
    files = {unit: journey.pack.files for unit, (journey, _row) in in_use.items()}
    ground = files.pop("", {})
    found = {unit: differences(ground, own) for unit, own in files.items()}
    return {unit: unlike for unit, unlike in found.items() if unlike}


def version_of(release_id: UUID) -> int:
    """Return the number of a release within its pack."""
    return Release.objects.values_list("version", flat=True).get(pk=release_id)


def offered_packs() -> list[str]:
    """Return the names of the packs that have a release."""
    return list(Release.objects.order_by("pack").values_list("pack", flat=True).distinct())


def pack_folders() -> dict[str, Path]:
    """Return the folders of all packs on this machine, by name; a later root wins."""
    return {
        manifest.parent.name: manifest.parent
        for root in settings.ATRIO_PACKS
        for manifest in sorted(Path(root).glob("*/pack.toml"))
    }
