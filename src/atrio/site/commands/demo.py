"""Run the whole house on this machine, with invented data and a real ERP."""

from __future__ import annotations

import sys

import typer

from atrio.site.machine.demo import run_demo

app = typer.Typer()


@app.command()
def demo(
    host: str = typer.Option("127.0.0.1", envvar="HOST", help="Address to listen on."),
    port: int = typer.Option(8000, envvar="PORT", min=1, max=65535, help="Port to listen on."),
    reset: bool = typer.Option(False, "--reset", help="Forget everything and start anew."),  # noqa: FBT001, FBT003
    play: bool = typer.Option(True, help="Play one onboarding once everything runs."),  # noqa: FBT001, FBT003
) -> None:
    """Start everything, say where it is, and stay until Ctrl-C."""
    sys.exit(run_demo(host=host, port=port, reset=reset, play=play))
