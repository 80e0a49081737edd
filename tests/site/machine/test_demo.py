"""`make demo`, as a user runs it: it starts, plays, stops, starts again, leaves nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from atrio.site.machine.demo import _Secrets
from atrio.site.machine.ports import free_port
from atrio.site.machine.postgres import Postgres

CLONE = Path(__file__).resolve().parents[3]
FIRST_START, SECOND_START = 240, 20  # seconds; a slower machine than ours may take its time once

pytestmark = [pytest.mark.tryton, pytest.mark.xdist_group("demo")]


class Demo:
    """A running `atrio demo` and what it prints."""

    def __init__(self, state, *options, port=None):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.printed = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "atrio", "demo", "--port", str(self.port), *options],
            cwd=CLONE,
            # A user's shell, not the environment of this test run.
            env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "ATRIO_VAR": str(state)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, line, within):
        """Read what is printed up to a line that has the words; fail if it ends before."""
        deadline = time.monotonic() + within
        for text in self.process.stdout:
            self.printed += text
            if line in text:
                return
            assert time.monotonic() < deadline, f"not within {within} s:\n{self.printed}"
        pytest.fail(f"it ended:\n{self.printed}")

    def family(self):
        """Return the pids of all that it started, and of what those started."""
        found, look_at = [], [self.process.pid]
        while look_at:
            ran = subprocess.run(
                ["pgrep", "-P", ",".join(map(str, look_at))], capture_output=True, text=True
            )
            look_at = [int(pid) for pid in ran.stdout.split()]
            found += look_at
        return found

    def end(self, how=signal.SIGINT, within=30):
        """End it, and return its exit code."""
        self.process.send_signal(how)
        self.printed += self.process.communicate(timeout=within)[0]
        return self.process.returncode


@pytest.fixture(scope="module")
def state():
    """A folder every user may walk into, for the demo's data."""
    folder = Path(tempfile.mkdtemp(prefix="atrio-demo-"))
    folder.chmod(0o755)
    yield folder
    Postgres(folder / "postgres").remove()
    shutil.rmtree(folder)


@pytest.fixture
def start(state):
    started = []

    def build(*options, port=None):
        started.append(Demo(state, *options, port=port))
        return started[-1]

    yield build
    for demo in started:
        demo.process.terminate()
        demo.process.communicate(timeout=30)


def are_gone(pids):
    return not any(
        Path(f"/proc/{pid}/stat").exists()
        and Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        for pid in pids
    )


def wait_until(condition, within):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {within} s"
        time.sleep(0.05)  # between two looks, not instead of one


@pytest.fixture(scope="module")
def first_start(state):
    """What the very first start did and printed; it has ended since."""
    demo = Demo(state)
    try:
        demo.read_until("Ctrl-C ends it", FIRST_START)
        demo.readiness = httpx.get(f"{demo.url}/readyz").status_code
        key = re.search(r"\batrio_\S+", demo.printed)[0]
        demo.journeys = httpx.get(
            f"{demo.url}/api/v1/journeys", headers={"authorization": f"Bearer {key}"}
        ).json()
        environment = state / "demo/environment"
        demo.environment_mode = oct(environment.stat().st_mode)
        demo.faults = subprocess.run(
            ["sh", "-c", '. "$0" && exec "$1" -m atrio faults show', environment, sys.executable],
            cwd=CLONE,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
        )
        demo.started = demo.family()
    finally:
        demo.end(signal.SIGINT)
    return demo


def test_the_first_start_plays_an_onboarding_and_says_whom_one_may_be(first_start):
    assert "the first article with its own price" in first_start.printed
    assert re.search(r"Carla Duarte +carla@nordlicht.example", first_start.printed)
    assert first_start.readiness == 200


def test_a_program_comes_in_with_the_key_that_is_printed(first_start):
    offered = {one["journey"] for one in first_start.journeys["items"]}
    assert offered == {"company_br", "company_de", "company_int", "company_ru", "person"}


def test_a_ctrl_c_ends_everything(first_start):
    assert first_start.process.returncode == 0
    assert len(first_start.started) > 10
    assert are_gone(first_start.started)


def test_a_shell_can_run_commands_beside_it(first_start):
    for system in ("erp", "erp-sap", "registry", "crm", "shop", "sms"):
        line = rf"^{system} +well"
        assert re.search(line, first_start.faults.stdout, re.MULTILINE), first_start.faults
    assert first_start.environment_mode == "0o100600"


def test_it_starts_again_quickly_with_its_data_and_leaves_nothing_running(first_start, start):
    demo = start("--no-play")
    # The promise is for a machine with nothing else to do; other tests may run beside this one.
    crowd = max(1, os.getloadavg()[0] / (os.cpu_count() or 1))
    demo.read_until("Ctrl-C ends it", SECOND_START * crowd)

    # Alice came into being when the first onboarding was played.
    assert "alice@ventorim.example" in httpx.get(f"{demo.url}/sign-in/").text
    family = demo.family()
    assert len(family) > 10
    demo.end(signal.SIGKILL)
    wait_until(lambda: are_gone(family), within=20)


def test_starting_anew_forgets_everything_even_after_it_was_killed(first_start, start):
    demo = start("--no-play", "--reset")
    demo.read_until("Ctrl-C ends it", FIRST_START)

    assert "alice@ventorim.example" not in httpx.get(f"{demo.url}/sign-in/").text
    assert demo.end(signal.SIGTERM) == 0


def test_one_that_was_begun_earlier_gets_the_secrets_it_lacks_and_keeps_the_others(tmp_path):
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"secret_key": "kept"}))
    first, second = _Secrets.kept_in(file), _Secrets.kept_in(file)

    assert first == second
    assert first.secret_key == "kept"
    assert len(first.crm_secret) > 40


def test_a_taken_port_is_named_with_the_way_out(start):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        demo = start(port=taken)
        printed = demo.process.communicate(timeout=30)[0]

    assert demo.process.returncode == 1
    assert f"Port {taken} of 127.0.0.1 is taken" in printed
    assert f"make demo PORT={taken + 1}" in printed
