"""A seeded Tryton database, made once, and servers that run over copies of it.

Making one takes the better part of a minute, so it is kept as a *snapshot*: a folder named by
what went into it (Tryton's locked packages, its modules, our seed). A new lock or seed makes a new
one; a copy is a matter of milliseconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from atrio.outside.invented_base import invented_base
from atrio.site.machine.places import CLONE, SOURCE, snapshot_folder
from atrio.site.machine.programs import MachineError, Program, die_with_parent, running

PYTHON = CLONE / ".venv-tryton/bin/python"
USER = "atrio"
COMPANY = "Nordlicht Supplies Brasil"
DATABASE = "atrio"
MODULES = [
    *("party", "company", "currency", "country", "product", "product_price_list"),
    *("sale", "sale_price_list", "account_credit_limit", "sale_credit_limit"),
    *("web_user", "user_role"),
]

_HERE = Path(__file__).parent
_INGREDIENTS = (
    CLONE / "requirements/tryton.txt",
    *(_HERE / f"{name}.py" for name in ("seed", "catalogue", "customers")),
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A seeded database at rest, and the passwords that were made for it."""

    database: Path
    password: str  # of the user `atrio`
    admin_password: str

    @classmethod
    def of_this_seed(cls) -> Snapshot:
        """Return the snapshot for the present lock and seed, made if need be.

        Two processes that ask at once get the same one: the second waits for the first.
        """
        folder = snapshot_folder()
        folder.mkdir(parents=True, exist_ok=True)
        home = folder / _recipe()
        with (folder / "snapshot.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not home.exists():
                _make_snapshot(home)
        passwords = json.loads((home / "passwords.json").read_text())
        return cls(home / f"{DATABASE}.sqlite", passwords["user"], passwords["admin"])


class Tryton:
    """One server on a port of 127.0.0.1, over databases in a folder of its own."""

    def __init__(self, folder: Path, *, snapshot: Snapshot, port: int) -> None:
        self.folder = folder.absolute()
        self.url = f"http://127.0.0.1:{port}"
        self.snapshot = snapshot
        self._port = port

    def prepare(self) -> None:
        """Write the configuration and give the folder its database, unless it has one."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_settings(self.folder, port=self._port)
        if not (self.folder / f"{DATABASE}.sqlite").exists():
            self._copy_snapshot(DATABASE)

    def program(self) -> Program:
        """Return how the server process is started; `prepare` must have been called."""
        return Program(
            name="tryton",
            command=[
                *(PYTHON, "-m", "trytond.cli"),
                *("-c", "trytond.conf", "-d", DATABASE),
            ],
            environment=_environment(),
            folder=self.folder,
        )

    def is_ready(self) -> bool:
        """Say whether the server answers."""
        question = {"id": 1, "method": "common.server.version", "params": []}
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/rpc/",
            data=json.dumps(question).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    def add_database(self, name: str) -> None:
        """Give a running server one more database, fresh from the snapshot, ready to sign in to."""
        self._copy_snapshot(name)
        # Signing in does not load a database that the server was not started with; this path,
        # which answers 404 afterwards, does. The server keeps its list of databases for minutes,
        # one for each host name it is called by: a new name makes it look again.
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/{name}/r/load", headers={"Host": f"{secrets.token_hex(8)}.invalid"}
        )
        try:
            urllib.request.urlopen(request, timeout=60).close()  # noqa: S310
        except urllib.error.HTTPError as answer:
            answer.close()

    @contextmanager
    def running(self, *, log: Path) -> Iterator[Tryton]:
        """Run the server for the length of a `with` block."""
        self.prepare()
        with running(self.program(), is_ready=self.is_ready, log=log):
            yield self

    def _copy_snapshot(self, name: str) -> None:
        shutil.copyfile(self.snapshot.database, self.folder / f"{name}.sqlite")


def _recipe() -> str:
    parts = [path.read_bytes() for path in _INGREDIENTS]
    parts += [" ".join(MODULES).encode(), _customers().encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def _customers() -> str:
    """Return the customers of the invented base as JSON: the seed cannot import them."""
    customers = [asdict(customer) for customer in invented_base() if customer.is_in_erp]
    return json.dumps(customers, ensure_ascii=False)


def _make_snapshot(home: Path) -> None:
    """Initialise and seed a database beside its place, then move it there whole."""
    unfinished = home.with_name(f"{home.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    passwords = {"user": secrets.token_urlsafe(24), "admin": secrets.token_urlsafe(24)}
    (unfinished / "passwords.json").write_text(json.dumps(passwords))
    (unfinished / "admin-password").write_text(passwords["admin"])
    (unfinished / "customers.json").write_text(_customers(), encoding="utf-8")
    (unfinished / f"{DATABASE}.sqlite").touch()  # trytond-admin knows only files that exist
    _write_settings(unfinished, port=0)

    _run_inside(
        unfinished,
        *("trytond.cli.admin", "-c", "trytond.conf", "-d", DATABASE, "--language", "pt"),
        *("--activate-dependencies", "--email", "admin@nordlicht.example", "-u", *MODULES),
        TRYTONPASSFILE="admin-password",
    )
    _run_inside(
        unfinished,
        *("atrio.site.machine.tryton.seed", "trytond.conf", DATABASE, "customers.json"),
        ATRIO_TRYTON_PASSWORD=passwords["user"],
    )
    for needed_no_more in ("admin-password", "customers.json"):
        (unfinished / needed_no_more).unlink()
    unfinished.rename(home)


def _run_inside(folder: Path, module: str, *arguments: str, **environment: str) -> None:
    ran = subprocess.run(
        [PYTHON, "-m", module, *arguments],
        cwd=folder,
        env=_environment() | environment,
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent(signal.SIGKILL),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        raise MachineError(f"{module} failed:\n{ran.stderr[-4000:]}")


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE.parent), "LC_ALL": "C.UTF-8"}


def _write_settings(folder: Path, *, port: int) -> None:
    """Write Tryton's configuration; databases lie in the folder in which Tryton is started.

    Tryton makes a URI of the path without quoting it, so a folder's own name might not survive.
    """
    (folder / "trytond.conf").write_text(
        f"[database]\nuri = sqlite://\npath = /proc/self/cwd\n[web]\nlisten = 127.0.0.1:{port}\n"
    )
