"""Which journeys there are, and what an application runs on."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from atrio.journeys.freezing import fingerprint, thaw
from atrio.journeys.journey import Journey
from atrio.journeys.models import Release
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


def latest_release(pack: str) -> UUID:
    """Return the id of the release that new applications of the pack get. Raises NotFound."""
    found = (
        Release.objects.filter(pack=pack).order_by("-version").values_list("pk", flat=True).first()
    )
    if found is None:
        raise NotFound(_("There is no such journey."))
    return found


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
