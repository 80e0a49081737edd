"""Fill an empty house with the demonstration; in a filled one, change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from atrio.site.demo.personas import PERSONAS
from atrio.site.demo.programs import example_key
from atrio.site.demo.seed import seed

app = typer.Typer()


@app.command()
def demo_data(
    people: Annotated[
        Path | None, typer.Option(help="File for a list of whom one may sign in as.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="File for the key of a program.")] = None,
) -> None:
    """Make what the demonstration needs. The ERP must run: its catalogue is mirrored."""
    seed(timezone.now())
    if people:
        lines = [f"    {each.name:<18} {each.email:<28} {each.text}" for each in PERSONAS]
        people.write_text("\n".join(lines), encoding="utf-8")
    if key:
        example_key(key, now=timezone.now())
