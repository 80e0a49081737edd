"""How one process of ours is started, and how it ends even when we are killed."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1


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
    try:
        os.killpg(leader, how)
    except ProcessLookupError:
        return
