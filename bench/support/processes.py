"""What processes have used: the time of their CPU, and the memory that is theirs."""

from __future__ import annotations

import os
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process, its children and those of them that have ended."""
    ticks = sum(sum(_times(one)[:2]) for one in _family(pid))
    return _TICK * (ticks + sum(_times(pid)[2:]))


def pss_megabytes(pid: int) -> float:
    """Return the memory of a process and its children; what they share is counted once."""
    return sum(_pss(one) for one in _family(pid)) / 1024


def thread_count(pid: int) -> int:
    """Return how many threads a process and its children have."""
    return sum(len(list(Path(f"/proc/{one}/task").glob("*"))) for one in _family(pid))


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, _read(task).split())
    return found


def _times(pid: int) -> tuple[int, int, int, int]:
    """Return user and system time of the process, and of its children that have ended."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    user, system, of_children, system_of_children = map(int, fields[11:15]) if fields else [0] * 4
    return user, system, of_children, system_of_children


def _pss(pid: int) -> int:
    for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return ""
