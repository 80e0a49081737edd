"""Record what today's code makes of the pack's examples, for the code of later years to repeat.

    python -m tests.assertions.record_histories

Each example, and what may happen beside them, is lived in a house of its own, with a real worker,
and its rows are written down beside the release's files. What is recorded stays as it was: of a
release that has a folder already only those histories are added that it lacks.
"""

from __future__ import annotations

import json
from datetime import datetime

from atrio.site.commands.rehearse import PACKS, _prepare
from atrio.site.rehearsal.stage import staged
from tests.assertions.timed_pack import write_timed_pack

PACK = PACKS / "company_br"


def main():
    """Record what is not recorded yet: of the pack as it lies in its folder, and with clocks."""
    with staged() as stage:
        _prepare(stage)
        from tests.assertions.lives import stories_by_the_clock, stories_of

        examples = {example.name: example for example in _examples()}
        timed = write_timed_pack(stage.folder)
        with stage.worker():
            _record(stage, PACK, {**examples, **stories_of(examples)})
            _record(stage, timed, stories_by_the_clock(examples))


def _record(stage, pack, stories):
    from atrio.journeys.freezing import fingerprint, freeze
    from tests.assertions.lives import live
    from tests.assertions.recorded import HISTORIES, RELEASE

    content = freeze(_files(pack))
    folder = HISTORIES / f"{PACK.name}-{fingerprint(content)[:12]}"
    missing = [name for name in stories if not (folder / f"{name}.json").exists()]
    for name in missing:
        print(name)
        live(stage, pack, stories[name], tell=print)
        # To the microsecond: what was known when a step ended is told by its moment.
        text = json.dumps(
            _written_down(stories[name]), default=datetime.isoformat, ensure_ascii=False, indent=1
        )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    if missing and not (folder / RELEASE).exists():
        (folder / RELEASE).write_bytes(content)
    print(f"{len(missing)} more histories in {folder}")


def _files(pack):
    """Return a pack's files without its examples: a history needs none."""
    from atrio.journeys.packs import load_pack

    files = load_pack(pack).files
    return {path: data for path, data in files.items() if not path.startswith("examples/")}


def _examples():
    from atrio.journeys.journey import Journey
    from atrio.journeys.packs import load_pack

    return Journey.compile(load_pack(PACK)).examples


def _written_down(story):
    from atrio.kernel.database import acting_as
    from atrio.onboarding.models import Application
    from atrio.site.rehearsal.player import _associate
    from tests.assertions.recorded import written_down

    with acting_as(_associate("Associate")):
        return written_down(Application.objects.get(), policy=story.policy)


if __name__ == "__main__":
    main()
