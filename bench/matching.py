"""How well and how fast one person is found among many."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from atrio.site.machine.places import CLONE
from bench.harness import Bar, Figure, Machine, bench
from bench.support import febrl


@bench
def matching(_machine: Machine) -> Iterator[Figure]:
    """Pairwise F1 on the Febrl sets."""
    yield from _on_febrl()


def _on_febrl() -> Iterator[Figure]:
    shared = Path(os.environ.get("ATRIO_SHARED_DATA") or CLONE.parent / "shared" / "data")
    folder = shared / "matching" / "febrl"
    if not folder.is_dir():
        print(f"no Febrl sets at {folder}; ATRIO_SHARED_DATA names another folder of real data")
        return
    pairs, seconds = 0, 0.0
    for name in febrl.SETS:
        records = febrl.read(folder, name)
        began = time.perf_counter()
        f1, considered = febrl.measure(records, name)
        seconds += time.perf_counter() - began
        pairs += considered
        # Figures are printed with one digit behind the point.
        figure = f"pairwise F1 on Febrl {name}, of {considered:,} pairs considered"
        yield Figure(figure, "%", 100 * f1, bar=Bar(95, is_floor=True))
    yield Figure("pairs retrieved and compared", "/s", pairs / seconds)
