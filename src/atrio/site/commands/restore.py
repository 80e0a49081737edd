"""Put a back-up into an empty database, and prove that all of it is there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atrio.site.backup.archive import Unfit
from atrio.site.backup.restoring import restore as put_back

app = typer.Typer()


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `atrio backup` has written.")],
) -> None:
    """Restore as atrio_owner, before web processes and workers are started."""
    try:
        for line in put_back(file):
            typer.echo(line)
    except Unfit as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
