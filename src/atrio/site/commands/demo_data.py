"""Fill an empty house with the demonstration; in a filled one, change nothing."""

from __future__ import annotations

import typer
from django.utils import timezone

from atrio.site.demo.seed import seed

app = typer.Typer()


@app.command()
def demo_data() -> None:
    """Make what the demonstration needs. The ERP must run: its catalogue is mirrored."""
    seed(timezone.now())
