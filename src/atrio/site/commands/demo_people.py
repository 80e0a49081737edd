"""Say whom the demonstration lets one sign in as."""

from __future__ import annotations

import typer

from atrio.site.demo.personas import PERSONAS

app = typer.Typer()


@app.command()
def demo_people() -> None:
    """Print the people, one a line."""
    for persona in PERSONAS:
        print(f"  {persona.name:<18} {persona.email:<28} {persona.text}")
