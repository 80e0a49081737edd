"""Play a pack's examples through engine, database, worker and outside systems."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from atrio.site.machine.programs import MachineError
from atrio.site.rehearsal.stage import Stage, staged

app = typer.Typer()
PACKS = Path(__file__).resolve().parents[2] / "packs"


@app.command()
def rehearse(
    pack: Annotated[str, typer.Argument(help="A pack's name, or its folder.")],
    only: Annotated[str, typer.Option("--example", help="One example, by its name.")] = "",
) -> None:
    """Play the examples in a house of their own and say which go as they say they do."""
    folder = Path(pack) if (Path(pack) / "pack.toml").is_file() else PACKS / pack
    if not (folder / "pack.toml").is_file():
        known = ", ".join(sorted(each.parent.name for each in PACKS.glob("*/pack.toml")))
        raise typer.BadParameter(f"There is no pack {pack!r}. Known: {known}")
    try:
        with staged() as stage:
            _prepare(stage)
            with stage.worker():
                failed = _play_all(stage, folder.resolve(), only)
    except MachineError as error:
        sys.exit(str(error))
    sys.exit(1 if failed else 0)


def _prepare(stage: Stage) -> None:
    """Migrate as the owner; then become the web process, as which we ask and answer."""
    migrated = subprocess.run(
        [sys.executable, "-m", "atrio", "manage", "migrate", "--verbosity", "0"],
        env=stage.environment("atrio_owner"),
        capture_output=True,
        text=True,
        check=False,
    )
    if migrated.returncode:
        raise MachineError(f"The database could not be made ready:\n{migrated.stderr}")
    os.environ.update(stage.environment("atrio_web"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atrio.site.settings")
    import django

    django.setup()


def _play_all(stage: Stage, folder: Path, only: str) -> int:
    from atrio.engine.problems import Unpublishable
    from atrio.journeys.journey import Journey
    from atrio.journeys.packs import load_pack
    from atrio.site.rehearsal.player import WentWrong, play

    try:
        journey = Journey.compile(load_pack(folder))
    except Unpublishable as error:
        sys.exit(f"{folder.name} cannot be published:\n{error}")
    examples = [example for example in journey.examples if only in ("", example.name)]
    if not examples:
        sys.exit(f"{folder.name} has no such example.")
    failed = 0
    for example in examples:
        typer.echo(f"\n{example.name}: {example.title('en')}")
        began = time.monotonic()
        try:
            play(stage, folder, example, tell=typer.echo)
        except (WentWrong, Unpublishable) as error:
            failed += 1
            typer.echo(f"  ✗ {error}")
        else:
            typer.echo(
                f"  ✓ {', '.join(sorted(example.ends))} after {time.monotonic() - began:.1f} s"
            )
    typer.echo(f"\n{len(examples) - failed} of {len(examples)} go as they say they do.")
    return failed
