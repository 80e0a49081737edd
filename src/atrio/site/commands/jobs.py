"""Show the jobs that failed, and queue them again."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from atrio.kernel.queue import held_jobs, retry_held

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command()
def held(
    limit: Annotated[int, typer.Option(help="How many at most, the latest first.")] = 20,
    traceback: Annotated[bool, typer.Option(help="Say where in the code they failed.")] = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """List the jobs that failed and wait for a person."""
    for job in held_jobs(limit=limit):
        typer.echo(f"{job.number}  {job.held_at:%Y-%m-%d %H:%M}  {job.name} {json.dumps(job.ids)}")
        typer.echo(f"    {job.traceback if traceback else job.error}")


@app.command()
def retry(numbers: list[int]) -> None:
    """Queue the held jobs with these numbers again, due at once."""
    typer.echo(f"{retry_held(*numbers)} of {len(numbers)} queued")
