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

FEW, MANY = 2_000, 50_000


@bench
def matching(machine: Machine) -> Iterator[Figure]:
    """Pairwise F1 on the Febrl sets; who could this be, among 2,000 customers and 50,000."""
    yield from _on_febrl()
    with machine.database("matching", settings="atrio.site.settings") as database:
        few, many = (_among(database, customers) for customers in (FEW, MANY))
    grown = percentile(many["milliseconds"], 0.95) / percentile(few["milliseconds"], 0.95)
    yield Figure(
        f"who could this be, of {MANY:,}, p95",
        "ms",
        percentile(many["milliseconds"], 0.95),
        ratio_to=f"of {FEW:,}",
        ratio=grown,
        bar=Bar(2, is_floor=False, of_ratio=True),
    )
    yield Figure("keys and pairs made, of customers", "/s", many["customers_a_second"])
    share = 100 * many["doubles_found"]
    yield Figure(f"doubles found among {MANY:,}", "%", share, bar=Bar(95, is_floor=True))
    yield Figure("pairs proposed there", "", many["pairs"])


def _among(database: Database, customers: int) -> Any:
    process = database.start(
        "-m",
        "bench.support.matching",
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
