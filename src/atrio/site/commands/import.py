"""Take over a business unit's customers from its ERP and CRM."""
# ruff: noqa: N999 - the command's name

from __future__ import annotations

import typer
from django.utils import timezone

from atrio.enrolment.actions import run_import, start_import
from atrio.enrolment.models import ImportRun
from atrio.enrolment.queries import count_issues, run_now
from atrio.kernel.actors import SYSTEM
from atrio.kernel.errors import OutsideBusy, OutsideError, Refused

app = typer.Typer()


@app.command(name="import")
def import_base(unit: str = typer.Argument(help="Code of the business unit.")) -> None:
    """Import everything, or go on where an import was cut short; say what needs a look."""
    try:
        run = start_import(by=SYSTEM, unit=unit, now=timezone.now(), in_background=False)
        for page in run_import(run.pk):
            if page.counts:
                typer.echo(_line(page))
    except Refused as error:
        raise typer.BadParameter(str(error)) from None
    except OutsideError as error:
        again = "start it again later" if isinstance(error, OutsideBusy) else "see to it"
        typer.echo(f"{error}\nThe import stands where it was: {again} to go on.", err=True)
        raise typer.Exit(1) from None
    run = run_now(run.pk)
    if run.status != ImportRun.Status.DONE:
        typer.echo("Another process goes on with this import.")
        return
    for what, count in count_issues(run).items():
        typer.echo(f"{count:>8}  {what}")


def _line(run: ImportRun) -> str:
    """Return what has been done so far, in the phase the last page was of."""
    phase = [phase for phase in ImportRun.Phase if phase in run.counts][-1]
    counts = ", ".join(f"{count} {name}" for name, count in run.counts.get(phase, {}).items())
    return f"{phase}: {counts}"
