"""Web and worker processes as in production, over the database of the test that starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from django.db import connection

from atrio.site.machine.ports import free_port
from atrio.site.machine.probes import LogWatch, answers
from atrio.site.machine.programs import Program, running
from atrio.site.machine.web import PAGES_AND_STREAMS, web_arguments
from tests.databases import address
from tests.environment import SETTINGS

CLONE = Path(__file__).resolve().parents[2]
HEARTBEAT = 2


class Processes:
    """Starts processes and knows how to end them; `folder` takes their logs and their dooms.

    `database` is the one they work on, by default the test's own; `address` says where a role
    finds it if that is on a server of its own.
    """

    def __init__(self, folder, *, stack: ExitStack, database="", address=None, **environment):
        self.folder = folder
        self.environment = environment
        self.database = database
        self._address = address or (lambda role: address_of(role, self.database))
        self._stack = stack
        self._started = 0

    def worker(self, *, module=None, threads=4):
        """Start `atrio worker`, or the module that takes its place, and wait until it is ready."""
        command = ["-m", *([module] if module else ["atrio", "worker"]), "--threads", str(threads)]
        log = self._log("worker")
        watch = LogWatch(log, "The worker is ready")
        return self._start("worker", command, "atrio_worker", watch.has_the_line, log)

    def web(self, *, application=PAGES_AND_STREAMS, workers=1, threads=8):
        """Start granian, wait until it serves, and return its process and its address."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        self.environment["ATRIO_WEB_THREADS"] = str(threads)
        command = ["-m", *web_arguments(port=port, workers=workers, application=application)]
        log = self._log("web")
        process = self._start(
            "web", command, "atrio_web", lambda: answers(f"{address}/readyz"), log
        )
        return process, address

    def serve(self, name, module, *arguments, ready="/"):
        """Start one of the servers outside, wait until it answers, and return its address."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        command = ["-m", module, "--port", str(port), *arguments]
        self._start(
            name, command, "atrio_worker", lambda: answers(f"{address}{ready}"), self._log(name)
        )
        return address

    def run(self, *arguments, module="atrio", role="atrio_worker"):
        """Run one of our commands to its end; what it says when it fails is the test's failure."""
        ran = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self._environment(role),
            cwd=CLONE,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr[-4000:]

    def _log(self, name):
        self._started += 1
        return self.folder / f"{self._started:02}-{name}.log"

    def _start(self, name, command, role, is_ready, log):
        program = Program(
            name=name,
            command=[sys.executable, *command],
            environment=self._environment(role),
            folder=CLONE,
            farewell=signal.SIGKILL,  # what is left of it must not matter
        )
        return self._stack.enter_context(running(program, is_ready=is_ready, log=log))

    def _environment(self, role):
        ours = {
            "DATABASE_URL": self._address(role),
            "ATRIO_HEARTBEAT_SECONDS": str(HEARTBEAT),
            "ATRIO_TEST_DOOMS": str(self.folder),
            "PYTHONPATH": os.pathsep.join([str(CLONE), str(CLONE / "src")]),
            "PYTHONUNBUFFERED": "1",
        }
        return os.environ | SETTINGS | ours | self.environment

    def tell(self):
        """Print what the processes said, for whoever reads a failure."""
        for log in sorted(self.folder.glob("*.log")):
            print(f"── {log.name}", log.read_text(errors="replace")[-6000:], sep="\n")


def address_of(role, database=""):
    """Return the address by which a role signs in to a database, by default this test's own."""
    return address(role, database or connection.settings_dict["NAME"])


def is_paused(pid):
    """Say whether a process, or one of its children, has been stopped by a signal."""
    return any(_state(one) == "T" for one in (pid, *_children(pid)))


def _state(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _children(pid):
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
