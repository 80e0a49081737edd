"""Run the jobs that wait, until told to stop."""

from __future__ import annotations

import typer
from django.conf import settings
from prometheus_client import start_http_server

from atrio.kernel.queue.worker import THREADS, run_worker

app = typer.Typer()


@app.command()
def worker(
    threads: int = typer.Option(THREADS, min=1, help="Jobs that may run at once."),
) -> None:
    """Run queued jobs until SIGTERM or SIGINT; those that run then are finished first."""
    _serve_metrics(*settings.ATRIO_WORKER_METRICS)
    run_worker(threads=threads)


def _serve_metrics(host: str, port: int) -> None:
    """Let Prometheus read this process's measurements; the web process tells of the queue."""
    if port == 0:
        return
    try:
        start_http_server(port, host)
    except OSError as error:
        typer.echo(f"ATRIO_WORKER_METRICS_PORT: {host}:{port} cannot be used: {error}", err=True)
        raise typer.Exit(1) from None
