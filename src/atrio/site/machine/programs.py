"""How one process of ours is started, and how it ends even when we are killed."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1


class MachineError(Exception):
    """Something underneath could not be started; the text is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The user and group a process takes on before it starts."""

    user: int
    group: int

    def options(self) -> dict[str, Any]:
        """Return the keyword arguments by which `subprocess` takes the identity on."""
        return {"user": self.user, "group": self.group, "extra_groups": []}


@dataclass(frozen=True, slots=True)
class Program:
    """One process: what is run, as whom, and by which signals it ends.

    `farewell` asks for an orderly end. `last_will` is sent by the kernel when the process that
    started this one dies without a word: SIGKILL where nothing has to be put in order, a gentler
    signal where the program has children of its own to end.
    """

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path("/")
    identity: Identity | None = None
    farewell: signal.Signals = signal.SIGTERM
    last_will: signal.Signals = signal.SIGKILL

    def arguments(self) -> list[str]:
        """Return the command line as strings."""
        return [str(part) for part in self.command]

    def options(self) -> dict[str, Any]:
        """Return the keyword arguments for `subprocess.Popen` and its asyncio twin.

        The process leads a session of its own, so a Ctrl-C in the terminal reaches us alone and
        we end the others in order, and whatever it leaves behind can be ended as one group.
        """
        return {
            "cwd": self.folder,
            "env": dict(self.environment),
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            "preexec_fn": die_with_parent(self.last_will),
            **(self.identity.options() if self.identity else {}),
        }


@contextmanager
def running(
    program: Program, *, is_ready: Callable[[], bool], log: Path, patience: float = 60
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for the length of a `with` block, which begins when it is ready.

    Raises MachineError when it ends before that, or is not ready after `patience` seconds.
    """
    with log.open("ab") as stream:
        process = subprocess.Popen(
            program.arguments(), stdout=stream, stderr=stream, **program.options()
        )
    try:
        deadline = time.monotonic() + patience
        while not is_ready():
            if process.poll() is not None:
                raise MachineError(f"{program.name} ended with {process.returncode}; see {log}.")
            if time.monotonic() > deadline:
                raise MachineError(f"{program.name} was not ready in {patience:g} s; see {log}.")
            time.sleep(0.03)
        yield process
    finally:
        _end(process, program.farewell, patience=10)


def _end(process: subprocess.Popen[bytes], farewell: signal.Signals, *, patience: float) -> None:
    process.send_signal(farewell)
    try:
        process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    end_group(process.pid)


def die_with_parent(last_will: signal.Signals) -> Callable[[], None] | None:
    """Return what a new process runs before its program, so that our death is its own.

    The kernel forgets the wish when the user changes, therefore it is made after that (which is
    where `preexec_fn` runs). None where the kernel knows no such wish.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # loaded before the fork, where loading is safe
    parent = os.getpid()

    def make_the_wish() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(last_will))
        if os.getppid() != parent:  # we died before the wish was made
            os._exit(1)

    return make_the_wish


def end_group(leader: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to everything that is left of the group that `leader` led."""
    with suppress(ProcessLookupError, PermissionError):  # nothing is left, or the number is reused
        os.killpg(leader, how)
