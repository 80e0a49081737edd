"""Compile, check and update the translations, without gettext's programs."""

from __future__ import annotations

import sys

import typer

from atrio.site.machine.translations import Translations

app = typer.Typer()


@app.command("compile")
def compile_() -> None:
    """Turn every .po file into the .mo file that Django reads."""
    Translations().compile()


@app.command()
def update() -> None:
    """Bring every .po file in step with the texts in source and templates."""
    Translations().update()


@app.command()
def check() -> None:
    """Fail if a text has no translation, or one that only repeats the English."""
    translations = Translations()
    for language, count in translations.missing().items():
        typer.echo(f"{language}: {count} texts have no translation yet", err=True)
    if found := translations.problems():
        sys.exit("\n".join(found))
