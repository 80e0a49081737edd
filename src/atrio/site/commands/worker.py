"""Run the jobs that wait, until told to stop."""

from __future__ import annotations

import typer

from atrio.kernel.queue.worker import run_worker

app = typer.Typer()


@app.command()
def worker(threads: int = typer.Option(8, help="Jobs that may run at once.")) -> None:
    """Run queued jobs until SIGTERM or SIGINT; those that run then are finished first."""
    run_worker(threads=threads)
