"""PostgreSQL from the wheel: where it runs, what a crash leaves behind, who may do what."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from atrio.site.machine.postgres import Postgres
from atrio.site.machine.programs import MachineError


@pytest.fixture
def folder():
    """A folder that every user may walk into; pytest's own may not be."""
    place = Path(tempfile.mkdtemp(prefix="atrio-test-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture
def make(folder):
    """Make a server below a folder of any name, and remove it in the end."""
    made = []

    def build(*names):
        server = Postgres(folder.joinpath(*names) / "postgres", durable=False)
        made.append(server)
        return server

    yield build
    for server in made:
        server.remove()


def ask(server, question, *, user="atrio_owner"):
    with psycopg.connect(server.url(user=user)) as connection:
        return connection.execute(question).fetchone()


@pytest.mark.parametrize(
    "names",
    [
        ["plain"],
        ["with spaces", "ünd Ümläute", 'it\'s 100% "odd"'],
        ["deep-" + "x" * 60] * 4,
    ],
    ids=["plain", "odd", "deep"],
)
def test_runs_in_any_folder(make, folder, names):
    server = make(*names)
    with server.running(log=folder / "log"):
        assert ask(server, "select current_user") == ("atrio_owner",)


def test_runs_in_a_folder_nobody_else_can_reach(make, folder):
    private = folder / "home"
    private.mkdir(mode=0o700)
    server = make("home", "clone")

    with server.running(log=folder / "log"):
        assert ask(server, "select 1") == (1,)

    assert private.stat().st_mode & 0o777 == 0o700


def test_what_was_written_is_there_after_the_next_start(make, folder):
    server = make("kept")
    with server.running(log=folder / "log"), psycopg.connect(server.url()) as connection:
        connection.execute("create table kept as select 7 as seven")

    with server.running(log=folder / "log"):
        assert ask(server, "select seven from kept") == (7,)


def test_starts_anew_after_everything_of_it_was_removed(make, folder):
    server = make("removed")
    with server.running(log=folder / "log"):
        pass
    server.remove()

    with server.running(log=folder / "log"):
        assert ask(server, "select 1") == (1,)


def test_starts_after_it_was_killed(make, folder):
    server = make("killed")
    with server.running(log=folder / "log") as process:
        process.kill()
        process.wait()

    with server.running(log=folder / "log"):
        assert ask(server, "select 1") == (1,)


def test_starts_although_the_pid_it_once_had_is_somebody_elses_now(make, folder):
    server = make("stale")
    with server.running(log=folder / "log") as process:
        process.kill()
        process.wait()
    # A process of the very user as whom PostgreSQL runs: that alone made it refuse.
    owner = server.data.stat().st_uid
    other = subprocess.Popen(["sleep", "600"], user=owner if os.geteuid() == 0 else None)
    try:
        lock = server.data / "postmaster.pid"
        lock.write_text(lock.read_text().replace(str(process.pid), str(other.pid), 1))
        os.chown(lock, owner, -1)

        with server.running(log=folder / "log"):
            assert ask(server, "select 1") == (1,)
            assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_second_server_over_the_same_data_is_refused_by_name(make, folder):
    server = make("once")
    with (
        server.running(log=folder / "log"),
        pytest.raises(MachineError, match="Another Atrio already runs over"),
        Postgres(folder / "once/postgres").running(log=folder / "log"),
    ):
        pytest.fail("two servers ran over the same data")


def test_a_half_made_folder_of_data_is_made_anew(make, folder):
    server = make("half")
    server.prepare()
    (server.data / "PG_VERSION").unlink()

    with server.running(log=folder / "log"):
        assert ask(server, "select 1") == (1,)


def test_nobody_else_can_enter_the_folder_of_the_socket(make, folder):
    server = make("private")
    with server.running(log=folder / "log"):
        assert server.sockets.stat().st_mode & 0o777 == 0o700
        assert len(os.fsencode(server.sockets / ".s.PGSQL.5432.lock")) < 100


def test_a_socket_folder_that_somebody_else_put_there_is_not_used(make):
    trap = make("trapped").sockets
    shutil.rmtree(trap)
    trap.symlink_to("/tmp")
    try:
        assert make("trapped").sockets != trap
    finally:
        trap.unlink()


def test_ends_when_whoever_started_it_is_killed(make, folder):
    server = make("orphan")
    script = (
        "import sys, time; from pathlib import Path\n"
        "from atrio.site.machine.postgres import Postgres\n"
        "server = Postgres(Path(sys.argv[1]), durable=False)\n"
        "with server.running(log=Path(sys.argv[2])) as process:\n"
        "    print(process.pid, flush=True); time.sleep(600)\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script, str(folder / "orphan/postgres"), str(folder / "log")],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with starter:
        pid = int(starter.stdout.readline())
        starter.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/exe").exists():
        assert time.monotonic() < deadline, "the server outlived its starter"
        time.sleep(0.02)
    # And the next start needs no help.
    with server.running(log=folder / "log"):
        assert ask(server, "select 1") == (1,)


class TestRoles:
    """What `roles.sql` gives to whom."""

    def test_no_role_of_ours_is_a_superuser_or_walks_past_row_level_security(self):
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            rows = connection.execute(
                "select rolname, rolsuper, rolbypassrls, rolcreaterole from pg_roles"
                " where rolname like 'atrio%' order by 1"
            ).fetchall()

        names = ["atrio_integrator", "atrio_owner", "atrio_staff", "atrio_web", "atrio_worker"]
        assert rows == [(name, False, False, False) for name in names]

    @pytest.mark.parametrize(
        ("login", "role", "allowed"),
        [
            ("atrio_web", "atrio_staff", True),
            ("atrio_web", "atrio_worker", False),
            ("atrio_web", "atrio_owner", False),
            ("atrio_worker", "atrio_owner", False),
            ("atrio_worker", "atrio_staff", False),
            ("atrio_owner", "atrio_web", True),
        ],
    )
    def test_who_may_become_whom(self, login, role, allowed):
        url = os.environ["DATABASE_URL"].replace("atrio_owner", login)
        with psycopg.connect(url) as connection:
            if allowed:
                connection.execute(f"set role {role}")
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"set role {role}")

    def test_the_web_role_does_not_inherit_what_staff_may_see(self):
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            connection.execute(
                "create temporary table secret as select 1 as one;"
                "alter table secret enable row level security;"
                "alter table secret force row level security;"
                "grant select on secret to atrio_web, atrio_staff;"
                "create policy for_staff on secret to atrio_staff using (true)"
            )
            seen = {}
            for role in ("atrio_web", "atrio_staff", "atrio_owner"):
                connection.execute(f"set local role {role}")
                seen[role] = connection.execute("select count(*) from secret").fetchone()[0]
                connection.execute("reset role")

        assert seen == {"atrio_web": 0, "atrio_staff": 1, "atrio_owner": 0}
