"""The house a rehearsal is played in: made for it, and gone after it."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from atrio.site.machine.postgres import Postgres
from atrio.site.machine.probes import LogWatch
from atrio.site.machine.programs import Program, running


@dataclass(frozen=True, slots=True)
class Stage:
    """A running database server and the environment of the processes that use it."""

    folder: Path
    postgres: Postgres
    secret_key: str

    def environment(self, role: str) -> dict[str, str]:
        """Return the environment of a process that signs in to the database as `role`."""
        return {
            **os.environ,
            "SECRET_KEY": self.secret_key,
            "DATABASE_URL": self.postgres.url(user=role),
            "ATRIO_VAR": str(self.folder / "var"),
            "PUBLIC_URL": "http://rehearsal.invalid",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
            "PYTHONUNBUFFERED": "1",
        }

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Run a real worker process for the length of a `with` block."""
        log = self.folder / "worker.log"
        program = Program(
            name="worker",
            command=[sys.executable, "-m", "atrio", "worker", "--threads", "2"],
            environment=self.environment("atrio_worker") | {"LOG_LEVEL": "INFO"},
            folder=self.folder,
        )
        watch = LogWatch(log, "The worker is ready")
        watch.forget_the_past()
        with running(program, is_ready=watch.has_the_line, log=log):
            yield


@contextmanager
def staged() -> Iterator[Stage]:
    """Make a stage; nothing of it is flushed to disk, and nothing is left of it."""
    folder = Path(tempfile.mkdtemp(prefix="atrio-rehearsal-"))
    folder.chmod(0o755)  # the server may run as somebody else
    postgres = Postgres(folder / "postgres", durable=False)
    try:
        with postgres.running(log=folder / "postgres.log"):
            yield Stage(folder, postgres, secrets.token_urlsafe(48))
        postgres.remove()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
