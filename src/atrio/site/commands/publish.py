"""Check a pack and give it to new applications."""

from __future__ import annotations

from pathlib import Path

import typer
from django.utils import timezone

from atrio.engine.problems import Unpublishable
from atrio.journeys.actions import publish as publish_pack
from atrio.journeys.queries import pack_folders
from atrio.kernel.actors import SYSTEM

app = typer.Typer()


@app.command()
def publish(pack: str = typer.Argument(help="A pack's name, or its folder.")) -> None:
    """Freeze a pack as its next release; applications that have begun keep theirs."""
    known = pack_folders()
    folder = Path(pack) if (Path(pack) / "pack.toml").is_file() else known.get(pack)
    if folder is None:
        raise typer.BadParameter(f"There is no pack {pack!r}. Known: {', '.join(sorted(known))}")
    try:
        release = publish_pack(by=SYSTEM, folder=folder.resolve(), now=timezone.now())
    except Unpublishable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(code=1) from error
    typer.echo(f"{release} is what new applications get ({release.sha256[:12]})")
