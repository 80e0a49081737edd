"""Write the whole house into one file: rows, files, and what proves them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from atrio.site.backup.archive import Unfit
from atrio.site.backup.saving import save

app = typer.Typer()


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
) -> None:
    """Write everything as of one moment, beside running processes; secrets are not in it."""
    try:
        for line in save(file, now=timezone.now()):
            typer.echo(line)
    except Unfit as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{file}: {file.stat().st_size:,} bytes. Secrets are not in it.")
