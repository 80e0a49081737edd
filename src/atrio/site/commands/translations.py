"""Compile, check and update the translations, without gettext's programs."""

from __future__ import annotations

import sys

import typer

from atrio.site.machine.translations import compile_all, problems, update_all

app = typer.Typer()


@app.command("compile")
def compile_() -> None:
    """Turn every .po file into the .mo file that Django reads."""
    compile_all()


@app.command()
def update() -> None:
    """Bring every .po file in step with the texts in source and templates."""
    update_all()


@app.command()
def check() -> None:
    """Fail if a text has no translation, or one that only repeats the English."""
    if found := problems():
        sys.exit("\n".join(found))
