"""Run one of Django's own commands: migrate, collectstatic, shell."""

from __future__ import annotations

from typing import Annotated

import typer
from django.core.management import execute_from_command_line

app = typer.Typer()


@app.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
def manage(
    arguments: Annotated[list[str], typer.Argument(help="The command and its arguments.")],
) -> None:
    """Hand the arguments to Django."""
    execute_from_command_line(["atrio manage", *arguments])
