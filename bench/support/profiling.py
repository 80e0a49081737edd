"""Where processes spend their time: py-spy's samples, told by layer and by function of ours."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

# The innermost frame that belongs to one of these says what a sample was spent on.
_LAYERS = (
    ("Django's queries", re.compile(r"django/(db|utils/(tree|functional|datastructures))")),
    ("psycopg, waiting and converting", re.compile(r"psycopg/")),
    ("the process engine", re.compile(r"SpiffWorkflow|atrio/engine")),
    ("the worker's loop", re.compile(r"asyncio/|pgqueuer/|kernel/queue/(worker|driver)")),
    ("Atrio's own code", re.compile(r"atrio/")),
)
_FRAME = re.compile(r"(?P<function>.+) \((?P<file>.+?)(:\d+)?\)$")
_OURS = re.compile(r"atrio/(onboarding|trade|outside|parties|identity|seller|notices|timeline)/")


@contextlib.contextmanager
def profiled(pids: Iterable[int], folder: Path) -> Iterator[list[Path]]:
    """Sample processes for the length of a `with` block, into a file of stacks for each.

    Only what holds Python's lock is sampled: what waits costs nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"onboarding-worker-{number}.stacks" for number, _ in enumerate(pids)]
    command = [str(Path(sys.executable).with_name("py-spy")), "record", "--gil", "--nonblocking"]
    options = ("--format", "raw", "--rate", "200", "--duration", "3600")
    samplers = [
        subprocess.Popen(
            [*command, *options, "--pid", str(pid), "--output", str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for pid, file in zip(pids, files, strict=True)
    ]
    try:
        yield files
    finally:
        for sampler in samplers:
            sampler.send_signal(signal.SIGINT)  # now it writes what it has
        for sampler in samplers:
            sampler.wait(timeout=60)


def shares(files: Iterable[Path]) -> tuple[Counter[str], Counter[str]]:
    """Return the share of samples, in percent, of each layer, and of what our functions cause.

    Both are empty where the system forbids to look into another process.
    """
    layers: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for file in files:
        for line in file.read_text().splitlines() if file.exists() else ():
            stack, _, count = line.rpartition(" ")
            frames = stack.split(";")
            layers[_layer(frames)] += int(count)
            for function in {name for frame in frames if (name := _own(frame))}:
                functions[function] += int(count)
    whole = max(layers.total(), 1) / 100
    return (
        Counter({name: round(count / whole) for name, count in layers.items()}),
        Counter({name: round(count / whole) for name, count in functions.items()}),
    )


def _layer(frames: list[str]) -> str:
    for frame in reversed(frames):
        for name, pattern in _LAYERS:
            if pattern.search(frame):
                return name
    return "Python itself"


def _own(frame: str) -> str:
    found = _FRAME.match(frame)
    if found is None or not (place := _OURS.search(found["file"])):
        return ""
    return f"{found['file'][place.start() + len('atrio/') :]} {found['function']}"
