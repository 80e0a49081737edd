"""Publish packs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from atrio.engine.problems import Unpublishable
from atrio.journeys.freezing import fingerprint, freeze
from atrio.journeys.models import Release
from atrio.journeys.packs import load_pack
from atrio.journeys.rules import problems_of
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed
from atrio.timeline.actions import Where, record

MAY_PUBLISH = ("process_owner", "admin")


@transaction.atomic
def publish(*, by: Actor, folder: Path, now: datetime) -> Release:
    """Check a pack, freeze its bytes as its next version, and give that to new applications.

    Publishing what is the latest release already changes nothing and returns that release.
    Raises NotAllowed, Unpublishable.
    """
    if by.kind != "system" and not by.has_role(*MAY_PUBLISH):
        raise NotAllowed(_("Only process owners may publish a journey."))
    pack = load_pack(folder)
    if problems := problems_of(pack):
        raise Unpublishable(problems)
    content = freeze(pack.files)
    latest = Release.objects.select_for_update().filter(pack=pack.name).order_by("-version").first()
    if latest is not None and latest.sha256 == fingerprint(content):
        return latest
    release = Release.objects.create(
        pack=pack.name,
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
        version=release.version,
        sha256=release.sha256,
    )
    return release
