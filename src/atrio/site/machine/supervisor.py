"""One process that starts the others in order, restarts what dies, and ends them all.

Why our own: docs/decisions/0001-own-supervisor.md.
"""

from __future__ import annotations

import asyncio
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar

from atrio.site.machine.programs import MachineError, Program, end_group
from atrio.site.machine.status import Status

_T = TypeVar("_T")

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOG_LIMIT = 10_000_000  # bytes; a longer log begins anew at the next start


class Stopped(Exception):
    """Somebody asked the machine to stop while it was still starting."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the supervisor waits for things, in seconds."""

    until_ready: float = 60
    until_gone: float = 15  # from the farewell to the kill
    first_pause: float = 0.5  # between a death and the next start; doubles with every death …
    longest_pause: float = 15
    proved_after: float = 30  # … until a life lasted so long
    between_looks: float = 0.05


@dataclass(frozen=True, slots=True)
class Service:
    """A program that is meant to run for as long as the machine does.

    `is_ready` and `before` may block for a moment: they are called from a thread. `before` runs
    ahead of every start, to clear away what the last life left behind.
    """

    program: Program
    is_ready: Callable[[], bool]
    before: Callable[[], None] | None = None


class Supervisor:
    """Runs services until it is told to stop: `async with Supervisor(…) as machine`.

    Leaving the block ends everything, in the reverse order of starting. SIGINT, SIGTERM and
    SIGHUP ask for that; a second one ends at once what the first asked politely.
    """

    def __init__(self, *, logs: Path, status: Status, pace: Pace | None = None) -> None:
        self._logs = logs
        self._status = status
        self._pace = pace or Pace()
        self._stopping = asyncio.Event()
        self._hurrying = asyncio.Event()
        self._watches: list[_Watch] = []

    async def __aenter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        for number in _STOP_SIGNALS:
            loop.add_signal_handler(number, self.stop)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for watch in reversed(self._watches):
            await watch.end(self._hurrying)
        for number in _STOP_SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)

    def stop(self) -> None:
        """Begin to stop; called a second time, stop being polite about it."""
        (self._hurrying if self._stopping.is_set() else self._stopping).set()

    async def until_stopped(self) -> None:
        """Return when somebody asks the machine to stop."""
        await self._stopping.wait()

    async def start(self, service: Service) -> None:
        """Start a service and return when it is ready; from then on it is kept alive.

        Raises MachineError when it is not ready in time or ends before: what never worked is
        not worth a second try. Raises Stopped when the machine is told to stop meanwhile.
        """
        began = time.monotonic()
        watch = _Watch(service, self._log_of(service.program), self._status, self._pace)
        self._watches.append(watch)
        await self._unless_stopped(watch.start())
        self._status.good(service.program.name, f"ready in {time.monotonic() - began:.1f} s")
        watch.keep_alive()

    async def run(self, program: Program, *, aloud: bool = False) -> None:
        """Run a program to its end; `aloud`, what it prints goes to the terminal.

        Raises MachineError when it fails, Stopped as `start` does.
        """
        began = time.monotonic()
        log = self._log_of(program)
        process = await (_spawn_aloud(program) if aloud else _spawn(program, log))
        try:
            code = await self._unless_stopped(process.wait())
        finally:
            end_group(process.pid)
            await process.wait()
        if code:
            why = "" if aloud else f":\n{_tail(log)}"
            raise MachineError(f"{program.name} {_manner(code)}{why}")
        if not aloud:
            self._status.good(program.name, f"done in {time.monotonic() - began:.1f} s")

    def _log_of(self, program: Program) -> Path:
        return self._logs / f"{program.name}.log"

    async def _unless_stopped(self, work: Coroutine[Any, Any, _T]) -> _T:
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise Stopped
            return working.result()
        finally:
            for task in (working, stopping):
                task.cancel()
            await asyncio.wait([working, stopping])


class _Watch:
    """One service, its present process, and the task that notices its death."""

    def __init__(self, service: Service, log: Path, status: Status, pace: Pace) -> None:
        self._service = service
        self._name = service.program.name
        self._log = log
        self._status = status
        self._pace = pace
        self._process: Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if self._service.before:
            await asyncio.to_thread(self._service.before)
        process = self._process = await _spawn(self._service.program, self._log)
        deadline = time.monotonic() + self._pace.until_ready
        while not await asyncio.to_thread(self._service.is_ready):
            if process.returncode is not None:
                raise MachineError(
                    f"{self._name} {_manner(process.returncode)}:\n{_tail(self._log)}"
                )
            if time.monotonic() > deadline:
                end_group(process.pid)
                raise MachineError(
                    f"{self._name} was not ready within {self._pace.until_ready:g} s:\n"
                    f"{_tail(self._log)}"
                )
            await asyncio.sleep(self._pace.between_looks)

    def keep_alive(self) -> None:
        self._keeper = asyncio.create_task(self._restart_whenever_it_dies())

    async def end(self, hurrying: asyncio.Event) -> None:
        """Ask the process to end, wait for it, and kill whatever is left of its group."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.send_signal(self._service.program.farewell)
            gone, hurry = asyncio.create_task(process.wait()), asyncio.create_task(hurrying.wait())
            await asyncio.wait(
                [gone, hurry],
                timeout=self._pace.until_gone,
                return_when=asyncio.FIRST_COMPLETED,
            )
            hurry.cancel()
            end_group(process.pid)
            await gone
        end_group(process.pid)

    async def _restart_whenever_it_dies(self) -> None:
        pause = self._pace.first_pause
        while process := self._process:
            born = time.monotonic()
            code = await process.wait()
            end_group(process.pid)  # orphans would hold its port
            if time.monotonic() - born > self._pace.proved_after:
                pause = self._pace.first_pause
            self._status.bad(self._name, f"{_manner(code)}, again in {pause:g} s; {self._log}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._pace.longest_pause)
            with suppress(MachineError):  # said at the next turn, with a longer pause
                await self.start()
                self._status.good(self._name, "is back")


async def _spawn(program: Program, log: Path) -> Process:
    with _opened(log) as stream:
        return await asyncio.create_subprocess_exec(
            *program.arguments(), stdout=stream, stderr=stream, **program.options()
        )


async def _spawn_aloud(program: Program) -> Process:
    return await asyncio.create_subprocess_exec(*program.arguments(), **program.options())


def _opened(log: Path) -> IO[bytes]:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def _manner(code: int) -> str:
    """Say how a process ended."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def _tail(log: Path, lines: int = 15) -> str:
    kept = log.read_text(errors="replace").splitlines()[-lines:]
    return "\n".join([*(f"    {line}" for line in kept), f"    ({log})"])
