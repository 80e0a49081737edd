"""The command line: `atrio worker`, `atrio demo` and all else that `site.commands` has."""

from __future__ import annotations

import ast
import importlib
import os
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

# These make the environment that settings are read from, or need none.
WITHOUT_DJANGO = {"demo", "rehearse", "translations"}

_COMMANDS = Path(__file__).with_name("commands")


class _CommandsByFile(TyperGroup):
    """Imports a command's module when it is asked for, not before."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name every command, in alphabetical order."""
        return sorted(
            file.stem.replace("_", "-") for file in _COMMANDS.glob("*.py") if file.stem[0] != "_"
        )

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return one command; None if there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = typer.main.get_command(_load(cmd_name))
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands with the first line of their modules, none of which is imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_line(name)) for name in self.list_commands(ctx)])


app = typer.Typer(
    cls=_CommandsByFile,
    help="Atrio: from the first form to a working customer account.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback in a log is for tools as well
    rich_markup_mode=None,
)


@app.callback()
def _no_options() -> None:
    """Let `atrio` itself take no options."""


def main() -> None:
    """Run the command that the command line names."""
    app()


def _load(name: str) -> typer.Typer:
    if name not in WITHOUT_DJANGO:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atrio.site.settings")
        import django

        django.setup()
    found: typer.Typer = importlib.import_module(_module(name)).app
    return found


def _module(name: str) -> str:
    return f"atrio.site.commands.{name.replace('-', '_')}"


def _first_line(name: str) -> str:
    source = (_COMMANDS / f"{name.replace('-', '_')}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
