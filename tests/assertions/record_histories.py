"""Record what today's code makes of the pack's examples, for the code of later years to repeat.

    python -m tests.assertions.record_histories

Each example, and some paths that end badly, is lived in a house of its own, with a real worker,
and its rows are written down beside the release's files. A release that has a folder already is
left alone: what is recorded stays as it was.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import datetime

from atrio.site.commands.rehearse import PACKS, _prepare
from atrio.site.rehearsal.stage import staged

PACK = PACKS / "company_br"


def main():
    """Record every example of the pack as it lies in its folder."""
    with staged() as stage:
        _prepare(stage)
        from atrio.journeys.freezing import fingerprint, freeze
        from tests.assertions.recorded import HISTORIES, RELEASE

        files = _files()
        content = freeze(files)
        folder = HISTORIES / f"{PACK.name}-{fingerprint(content)[:12]}"
        if folder.exists():
            sys.exit(f"{folder.name} is recorded already")
        with stage.worker():
            recorded = dict(_lived(stage))
        folder.mkdir(parents=True)
        (folder / RELEASE).write_bytes(content)
        for name, history in recorded.items():
            # To the microsecond: what was known when a step ended is told by its moment.
            text = json.dumps(history, default=datetime.isoformat, ensure_ascii=False, indent=1)
            (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    print(f"{len(recorded)} histories in {folder}")


def _files():
    """Return the pack's files without its examples: a history needs none."""
    from atrio.journeys.packs import load_pack

    files = load_pack(PACK).files
    return {path: data for path, data in files.items() if not path.startswith("examples/")}


def _lived(stage):
    from atrio.kernel.database import acting_as
    from atrio.onboarding.models import Application
    from atrio.site.rehearsal.player import _associate, play
    from tests.assertions.recorded import written_down

    stories = {example.name: example for example in _examples()}
    for name, example in (stories | _bad_ends(stories)).items():
        play(stage, PACK, example, tell=print)
        with acting_as(_associate("Associate")):
            yield name, written_down(Application.objects.get(), policy=example.policy)


def _examples():
    from atrio.journeys.journey import Journey
    from atrio.journeys.packs import load_pack

    return Journey.compile(load_pack(PACK)).examples


def _bad_ends(stories):
    """Return the paths that no example goes; each keeps its name, by which its pack is told."""
    refused = stories["erp_refuses_once"]
    *before, repair = refused.answers
    give_up = replace(repair, form={"repair.action": "give_up", "repair.note": "No such street"})
    ends = {"ends": frozenset({"given_up"}), "steps": (), "facts": {}}
    return {"given_up": replace(refused, answers=(*before, give_up), **ends)}


if __name__ == "__main__":
    main()
