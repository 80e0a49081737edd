"""One throw-away PostgreSQL for a whole test run, parallel or not.

Loaded by `-p tests.harness`, before pytest-django reads the settings: the controlling process
starts the server, the workers of pytest-xdist inherit its address.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from atrio.site.machine.postgres import Postgres
from atrio.site.machine.programs import MachineError
from tests.databases import begin_template
from tests.environment import use_test_environment

_SERVER = pytest.StashKey[ExitStack]()
_IN_WORKER = "PYTEST_XDIST_WORKER" in os.environ


def _sweep() -> None:
    """Remove what runs that were killed left behind: their servers ended with them."""
    for lock in Path(tempfile.gettempdir()).glob("atrio-tests-*/postgres.lock"):
        with suppress(MachineError, OSError), Postgres(lock.with_suffix("")).locked():
            shutil.rmtree(lock.parent, ignore_errors=True)


if not _IN_WORKER:
    _sweep()
    _folder = Path(tempfile.mkdtemp(prefix="atrio-tests-"))
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    _folder.chmod(0o755)  # the server may run as somebody else
    _server = Postgres(_folder / "postgres", durable=False)
    use_test_environment(DATABASE_URL=_server.url(), ATRIO_VAR=str(_folder / "var"))


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the process that controls the run."""
    if _IN_WORKER or config.option.collectonly:
        return
    stack = config.stash[_SERVER] = ExitStack()
    stack.callback(_server.remove)
    stack.enter_context(_server.running(log=_folder / "postgres.log"))
    stack.callback(_end, begin_template())


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # nobody wanted a copy of what it makes
    process.wait()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let groups stay together: pytest 9.2 no longer reads where pytest-xdist 3.8 writes them."""
    for item in items:
        if grouped := vars(item).get("_nodeid"):
            item._id = item._id.parse(grouped)


def pytest_collection_finish() -> None:
    """Leave what is imported by now out of every later look for garbage: it stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server and leave nothing behind."""
    if _SERVER in config.stash:
        config.stash[_SERVER].close()
