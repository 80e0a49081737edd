"""Slow outside systems down, break them, repair them (by way of the fault proxy)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from django.conf import settings

from atrio.kernel.errors import OutsideError
from atrio.outside.faults.control import FaultProxy
from atrio.outside.faults.presets import PRESETS, preset_of

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command()
def show() -> None:
    """Print every route with its knobs."""
    with _proxy() as proxy:
        for route in proxy.routes():
            turned = {k: v for k, v in route.knobs.to_json().items() if v}
            day = preset_of(route.knobs) or json.dumps(turned)
            typer.echo(f"{route.name:12} {day:12} {route.requests} requests → {route.target}")


@app.command()
def preset(route: str, name: str) -> None:
    """Give a route one of the named bad days: well, slow, shaky, executes, garbage, drip, down."""
    if name not in PRESETS:
        raise typer.BadParameter(f"{name} is none of {', '.join(PRESETS)}")
    with _proxy() as proxy:
        proxy.set(route, **PRESETS[name].to_json())


@app.command(name="set")
def turn(route: str, knobs: list[str]) -> None:
    """Turn single knobs of a route: `atrio faults set erp latency=2 down=true`."""
    with _proxy() as proxy:
        proxy.set(route, **dict(_knob(text) for text in knobs))


@app.command()
def reset(routes: list[str] = typer.Argument(None)) -> None:  # noqa: B008 - how Typer declares
    """Let everything work again, on the routes named or on all."""
    with _proxy() as proxy:
        proxy.reset(*(routes or ()))


@contextmanager
def _proxy() -> Iterator[FaultProxy]:
    """Open the proxy; what goes wrong is one line, not a traceback."""
    if not settings.ATRIO_FAULT_PROXY:
        raise typer.BadParameter("ATRIO_FAULT_PROXY names no fault proxy")
    try:
        yield FaultProxy(settings.ATRIO_FAULT_PROXY, settings.ATRIO_FAULTS_TOKEN)
    except (OutsideError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(code=1) from error


def _knob(text: str) -> tuple[str, Any]:
    """Read `name=value`; values are JSON, and text where they are not."""
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
