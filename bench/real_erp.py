"""A real ERP for a benchmark: Tryton, as its own people see it and as a house reaches it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from atrio.site.machine.places import CLONE
from atrio.site.machine.ports import free_port
from atrio.site.machine.probes import answers
from atrio.site.machine.programs import Program, running
from atrio.site.machine.tryton.server import DATABASE, USER, Snapshot, Tryton
from bench.harness import Machine
from bench.house import ERP

_CUSTOMERS = """
    select party.code, identifier.code
    from party_party as party join party_identifier as identifier on identifier.party = party.id
    where identifier.type = 'br_vat' order by party.id
"""


class RealErp:
    """A running Tryton."""

    def __init__(self, tryton: Tryton, folder: Path) -> None:
        self.url = tryton.url
        self.environment = {"ATRIO_SECRETS": json.dumps({ERP: tryton.snapshot.password})}
        self._tryton = tryton
        self._folder = folder

    @property
    def connection(self) -> dict[str, Any]:
        """What a house is told of it; all but the database and the user are defaults."""
        return {"product": "tryton", "base_url": self.url, "database": DATABASE, "user": USER}

    def customers(self) -> list[tuple[str, str]]:
        """Return the code and the tax number of every customer, in the order of creation."""
        file = self._tryton.folder / f"{DATABASE}.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return database.execute(_CUSTOMERS).fetchall()

    @contextlib.contextmanager
    def behind(self, module: str, *arguments: str, **environment: str) -> Iterator[str]:
        """Put a proxy before it for the length of a `with` block; yield the proxy's address.

        `{port}` and `{url}` in the module's arguments are where it listens and where the ERP is.
        """
        port = free_port()
        said = [argument.format(port=port, url=self.url) for argument in arguments]
        program = Program(
            name=module,
            command=[sys.executable, "-m", module, *said],
            environment=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
            folder=CLONE,
            last_will=signal.SIGTERM,
        )
        url = f"http://127.0.0.1:{port}"
        log = self._folder / "proxy.log"
        with running(program, is_ready=lambda: answers(f"{url}/healthz"), log=log):
            yield url


@contextlib.contextmanager
def real_erp(machine: Machine) -> Iterator[RealErp]:
    """Run a Tryton over a fresh copy of the demonstration's, for the length of a `with` block."""
    folder = machine.folder / "tryton"
    shutil.rmtree(folder, ignore_errors=True)
    tryton = Tryton(folder, snapshot=Snapshot.of_this_seed(), port=free_port())
    with tryton.running(log=machine.folder / "tryton.log"):
        yield RealErp(tryton, machine.folder)
