"""Where a process dies or pauses: at a named *moment* of one application, once.

A doom is a file that the test puts into a folder and the process takes away when it strikes:
whatever is still there at the end did not happen. Every moment that was reached is written down,
so that a test can enumerate them.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from atrio.kernel.errors import OutsideBusy

_REACHED = "reached"
KILL, PAUSE, BUSY = "kill", "pause", "busy"
# Moments of a web request, named in a header of it.
DOOM_HEADER = "X-Doom"
BEFORE_COMMIT, AFTER_COMMIT = "before-commit", "after-commit"


def doom(folder, application_id, element, moment, how=KILL):
    """Let the process that comes to this moment die, pause, or find the outside system busy."""
    (folder / f"{application_id}.{element}.{moment}.{how}").touch()


def dooms_left(folder):
    """Return the dooms that have not struck."""
    return sorted(file.name for how in (KILL, PAUSE, BUSY) for file in folder.glob(f"*.{how}"))


def moments_of(folder, application_id):
    """Return the (element, moment) that processes came to for an application, in that order."""
    reached = [line.split() for line in (folder / _REACHED).read_text().splitlines()]
    return [(element, moment) for whose, element, moment in reached if whose == str(application_id)]


def reach(application_id, element, moment):
    """Strike, if this moment is doomed. Called by the processes, never by tests."""
    folder = Path(os.environ["ATRIO_TEST_DOOMS"])
    with (folder / _REACHED).open("a") as reached:
        reached.write(f"{application_id} {element} {moment}\n")
    for how in (BUSY, PAUSE, KILL):
        if _take(folder / f"{application_id}.{element}.{moment}.{how}"):
            _strike(how)


def _strike(how):
    if how == KILL:
        os.kill(os.getpid(), signal.SIGKILL)
    if how == PAUSE:
        os.kill(os.getpid(), signal.SIGSTOP)
    if how == BUSY:
        raise OutsideBusy("The test wants it so")


def _take(file):
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True
