"""How fast a base is taken over from an ERP and a CRM, next to writing its rows and no more."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

from bench.harness import Bar, Figure, Machine, bench
from bench.house import house

CUSTOMERS = 10_000


@bench
def import_base(machine: Machine) -> Iterator[Figure]:
    """Ten thousand customers with a person each, in the ERP and in the CRM, in one process."""
    with house(machine, "import_base") as made:
        arguments = ("bench.support.importing", str(CUSTOMERS))
        process = made.start(*arguments, user="atrio_owner", stdout=subprocess.PIPE)
        said, _ = process.communicate()
        if process.returncode != 0:
            raise SystemExit("import_base: it failed")
    found = json.loads(said)
    rate = found["rows"] / found["import"]
    yield Figure(
        "imported rows",
        "1/s",
        rate,
        ratio_to="bulk_create of the same rows",
        ratio=rate / (found["rows"] / found["bulk_create"]),
        # It reads, checks and compares what the other only writes.
        bar=Bar(0.2, is_floor=True, of_ratio=True),
    )
    yield Figure("customers imported, first time", "1/s", CUSTOMERS / found["import"])
    yield Figure("customers imported again, unchanged", "1/s", CUSTOMERS / found["again"])
