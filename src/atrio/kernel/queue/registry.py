"""Which functions are jobs, under which names, and which of them a clock starts."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TypeVar
from uuid import UUID

Id = UUID | str | int | None
Function = TypeVar("Function", bound=Callable[..., None])


@dataclass(frozen=True)
class Job:
    """A function that the background may run, and the schedule on which it starts by itself."""

    name: str
    function: Callable[..., None]
    schedule: str | None  # cron, in UTC; a sixth field stands for seconds

    @cached_property
    def _takes(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self.function).parameters

    @cached_property
    def _needs(self) -> frozenset[str]:
        return frozenset(n for n, p in self._takes.items() if p.default is p.empty)

    @cached_property
    def _uuids(self) -> frozenset[str]:
        # JSON has no UUIDs: the annotation says which strings are to become one again.
        hints = typing.get_type_hints(self.function)
        return frozenset(n for n, hint in hints.items() if UUID in (hint, *typing.get_args(hint)))

    def pack(self, ids: Mapping[str, Id]) -> bytes:
        """Return the ids as the queue keeps them; TypeError if the function does not take them."""
        if not self._needs <= ids.keys() <= self._takes.keys():
            raise TypeError(f"{self.name} takes {list(self._takes)}, not {list(ids)}")
        return json.dumps(ids, default=_pack_uuid).encode()

    def run(self, payload: bytes) -> None:
        """Call the function with what `pack` returned."""
        ids = json.loads(payload)
        self.function(**{n: UUID(v) if v and n in self._uuids else v for n, v in ids.items()})


def _pack_uuid(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"A job takes ids, not {type(value).__name__}")


JOBS: dict[str, Job] = {}


def job(
    name: str, *, every: timedelta | None = None, cron: str | None = None
) -> Callable[[Function], Function]:
    """Register the decorated function as the job `name` ("trade.send_order").

    Its arguments are ids: UUID, str, int or None. It runs in a worker, outside any transaction,
    and must be safe to run twice. With `every` or `cron` (in UTC) a clock starts it, without
    arguments, in one worker at a time.
    """
    if every is not None and cron is not None:
        raise TypeError(f"{name}: either every or cron")
    schedule = cron if every is None else _cron(every)

    def register(function: Function) -> Function:
        known = JOBS.get(name)
        if known is not None and known.function is not function:
            raise RuntimeError(f"There are two jobs named {name}")
        JOBS[name] = Job(name, function, schedule)
        return function

    return register


def _cron(every: timedelta) -> str:
    """Return the cron expression of an interval that divides a minute, an hour or a day."""
    seconds = every.total_seconds()
    for unit, parts, expression in (
        (1, 60, "* * * * * */{}"),
        (60, 60, "*/{} * * * *"),
        (3600, 24, "0 */{} * * *"),
    ):
        steps = int(seconds // unit)
        if steps * unit == seconds and 0 < steps < parts and parts % steps == 0:
            return expression.format(steps)
    if every == timedelta(days=1):
        return "0 0 * * *"
    raise ValueError(f"{every} does not divide a minute, an hour or a day: say it as cron")
