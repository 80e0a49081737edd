"""The supervisor, over small real programs: order, restarts, and an end that leaves nothing."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from atrio.site.machine.programs import MachineError, Program, running
from atrio.site.machine.status import Status
from atrio.site.machine.supervisor import Pace, Service, Stopped, Supervisor

QUICK = Pace(until_ready=10, until_gone=1, first_pause=0.01, longest_pause=0.05)

# Says it is there by writing its pid, then sleeps until it is told to end.
SLEEPER = """
import os, sys, time, pathlib
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPER
# Starts a child of its own, which would outlive it.
PARENT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1] + "-child"])
exec(sys.argv[2])
"""


def python(name, script, *arguments):
    return Program(
        name=name,
        command=[sys.executable, "-c", script, *arguments],
        environment={"PATH": os.environ["PATH"]},
    )


def sleeper(name, folder, script=SLEEPER):
    file = folder / name
    return Service(
        program=python(name, script, str(file), SLEEPER),
        is_ready=lambda: pid_in(file) > 0,
        before=lambda: file.unlink(missing_ok=True),
    )


def pid_in(file):
    text = file.read_text() if file.exists() else ""
    return int(text) if text else 0


def is_alive(pid):
    """Tell a running process from one that has ended, reaped or not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition, patience=10.0):
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)  # between two looks, not instead of one


async def until(condition):
    await asyncio.to_thread(wait_until, condition)


@pytest.fixture
def spoken():
    return io.StringIO()


@pytest.fixture
def machine(tmp_path, spoken):
    def build(pace=QUICK):
        return Supervisor(logs=tmp_path / "log", status=Status(spoken), pace=pace)

    return build


async def test_everything_that_was_started_has_ended_when_the_block_is_left(machine, tmp_path):
    async with machine() as running_machine:
        await running_machine.start(sleeper("one", tmp_path))
        await running_machine.start(sleeper("two", tmp_path))
        pids = [pid_in(tmp_path / name) for name in ("one", "two")]
        assert all(is_alive(pid) for pid in pids)

    assert not any(is_alive(pid) for pid in pids)


async def test_what_dies_is_started_again(machine, tmp_path, spoken):
    async with machine() as running_machine:
        await running_machine.start(sleeper("one", tmp_path))
        first = pid_in(tmp_path / "one")
        os.kill(first, signal.SIGKILL)
        await until(lambda: pid_in(tmp_path / "one") not in (0, first))
        await until(lambda: "is back" in spoken.getvalue())

    assert "was ended by SIGKILL" in spoken.getvalue()


async def test_what_keeps_dying_is_started_ever_more_slowly(machine, tmp_path, spoken):
    lives = tmp_path / "lives"
    dying = python("moth", f"open({str(lives)!r}, 'a').write('x')")
    async with machine(Pace(first_pause=0.01, longest_pause=0.04)) as running_machine:
        await running_machine.start(Service(dying, is_ready=lives.exists))
        await until(lambda: "again in 0.04 s" in spoken.getvalue())

    pauses = [line.split("again in ")[1].split(" s")[0] for line in spoken.getvalue().splitlines()
              if "again in" in line]  # fmt: skip
    assert pauses[:3] == ["0.01", "0.02", "0.04"]


async def test_what_never_gets_ready_is_refused_with_the_end_of_its_log(machine):
    broken = python("broken", "raise SystemExit('no such file: blueprint')")
    async with machine() as running_machine:
        with pytest.raises(MachineError, match=r"(?s)broken ended with 1.*no such file: blueprint"):
            await running_machine.start(Service(broken, is_ready=lambda: False))


async def test_one_that_ignores_the_farewell_is_killed(machine, tmp_path):
    async with machine(Pace(until_gone=0.1)) as running_machine:
        await running_machine.start(sleeper("mule", tmp_path, STUBBORN))
        pid = pid_in(tmp_path / "mule")

    assert not is_alive(pid)


async def test_the_children_of_a_program_end_with_it(machine, tmp_path):
    async with machine() as running_machine:
        await running_machine.start(sleeper("parent", tmp_path, PARENT))
        await until(lambda: pid_in(tmp_path / "parent-child"))
        child = pid_in(tmp_path / "parent-child")
        os.kill(pid_in(tmp_path / "parent"), signal.SIGKILL)
        await until(lambda: not is_alive(child))


async def test_a_task_that_fails_says_so_with_the_end_of_its_log(machine):
    async with machine() as running_machine:
        with pytest.raises(MachineError, match=r"(?s)migrate ended with 3.*table is missing"):
            await running_machine.run(
                python("migrate", "print('table is missing'); raise SystemExit(3)")
            )


async def test_asked_to_stop_while_something_starts_it_stops(machine, tmp_path):
    async with machine() as running_machine:
        waiting = sleeper("slow", tmp_path)
        starting = asyncio.create_task(
            running_machine.start(Service(waiting.program, is_ready=lambda: False))
        )
        await until(lambda: pid_in(tmp_path / "slow"))
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            await starting
        pid = pid_in(tmp_path / "slow")

    assert not is_alive(pid)


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from tests.site.machine.test_supervisor import PARENT, QUICK, sleeper
from atrio.site.machine.status import Status
from atrio.site.machine.supervisor import Supervisor

async def main(folder):
    async with Supervisor(logs=folder / "log", status=Status(), pace=QUICK) as machine:
        await machine.start(sleeper("one", folder))
        await machine.start(sleeper("two", folder))
        (folder / "started").touch()
        await machine.until_stopped()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_is_left_however_the_supervisor_itself_is_ended(tmp_path, how):
    program = Program(
        name="supervisor",
        command=[sys.executable, "-c", SUPERVISOR, str(tmp_path)],
        environment={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    log = tmp_path / "supervisor.log"
    with running(program, is_ready=(tmp_path / "started").exists, log=log) as process:
        pids = [pid_in(tmp_path / name) for name in ("one", "two")]
        process.send_signal(how)
        process.wait(timeout=10)
        wait_until(lambda: not any(is_alive(pid) for pid in pids))


def test_a_program_whose_starter_was_killed_before_it_began_does_not_run():
    """The wish to die with the parent is made too late when the parent is gone already."""
    script = (
        "import os, signal, sys\n"
        "from atrio.site.machine.programs import die_with_parent\n"
        "wish = die_with_parent(signal.SIGKILL)\n"
        "if os.fork() == 0:\n"
        "    if os.fork() == 0:\n"
        "        os.setsid(); wish(); print('it ran', flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )

    assert "it ran" not in ran.stdout
