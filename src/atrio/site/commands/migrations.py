"""Check that migrations can run while the release before still serves pages."""

from __future__ import annotations

import typer

from atrio.site.migration_rules import all_harms

app = typer.Typer()


@app.command()
def check() -> None:
    """Fail if a migration would stop or break yesterday's processes; say what to do instead."""
    harms, idle = all_harms()
    for harm in harms:
        typer.echo(f"{harm.key}\n    {harm.instead}", err=True)
    for key in sorted(idle):
        typer.echo(f"{key}\n    an exception that nothing needs any more", err=True)
    if harms or idle:
        raise typer.Exit(1)


@app.callback()
def _only_this() -> None:
    """Let `check` be said, for there may be more one day."""
