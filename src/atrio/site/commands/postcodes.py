"""Take over lists of postcodes, with which addresses are typed faster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atrio.kernel.errors import Refused
from atrio.postcodes.actions import import_postcodes

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _several() -> None:
    """Let there be more commands than one some day."""


@app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help="A list in GeoNames' format.", exists=True)],
) -> None:
    """Replace the postcodes of the countries in a list: columns divided by tabs, in UTF-8."""
    try:
        with file.open(encoding="utf-8") as lines:
            counts = import_postcodes(lines)
    except (Refused, UnicodeDecodeError) as error:
        typer.echo(f"Nothing was taken over. {error}", err=True)
        raise typer.Exit(1) from None
    for country, count in counts.items():
        typer.echo(f"{country}  {count}")
