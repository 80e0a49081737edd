"""How well and how fast one person is found among many."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from atrio.site.machine.places import CLONE
from bench.harness import Bar, Database, Figure, Machine, bench, percentile
from bench.support import febrl

COMPARED, MANY = 4_000, 50_000


@bench
def matching(machine: Machine) -> Iterator[Figure]:
    """Pairwise F1 on the Febrl sets; who could this be, among 4,000 customers and 50,000."""
    yield from _on_febrl()
    with machine.database("matching", settings="atrio.site.settings") as database:
        compared = _ask(database, "compare", COMPARED)
        few, many = (
            percentile(_ask(database, "look_up", customers)["milliseconds"], 0.95)
            for customers in (COMPARED, MANY)
        )
    yield Figure(
        f"who could this be, of {MANY:,}, p95",
        "ms",
        many,
        ratio_to=f"of {COMPARED:,}",
        ratio=many / few,
        # A dozen times as many customers; no key brings more than 200 of them.
        bar=Bar(3, is_floor=False, of_ratio=True),
    )
    yield Figure("keys and pairs made, of customers", "/s", compared["customers_a_second"])
    share = 100 * compared["doubles_found"]
    yield Figure(f"doubles found among {COMPARED:,}", "%", share, bar=Bar(95, is_floor=True))
    yield Figure("pairs proposed there", "", compared["pairs"])


def _ask(database: Database, what: str, customers: int) -> Any:
    process = database.start(
        "-m",
        "bench.support.matching",
        what,
        str(customers),
        user="atrio_worker",
        stdout=subprocess.PIPE,
    )
    said, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit("bench.support.matching: it failed")
    return json.loads(said)


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
