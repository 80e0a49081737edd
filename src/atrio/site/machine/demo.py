"""`make demo`: the whole house on one machine, under one supervisor."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shlex
import shutil
import signal
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atrio.site.machine.goods import goods_for_sap, goods_for_shop
from atrio.site.machine.places import CLONE, state_folder
from atrio.site.machine.ports import free_port, is_taken
from atrio.site.machine.postgres import Postgres
from atrio.site.machine.probes import LogWatch, answers
from atrio.site.machine.programs import MachineError, Program
from atrio.site.machine.status import Status
from atrio.site.machine.supervisor import Service, Stopped, Supervisor
from atrio.site.machine.tryton.server import Snapshot, Tryton
from atrio.site.machine.web import web_arguments

_PLAYER = "atrio.site.machine.play"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what HOST may say
_DEFAULTS = {
    "ATRIO_BRAND": "Nordlicht Supplies",
    "EMAIL_FROM": "Nordlicht Supplies <ola@nordlicht.example>",
    "ATRIO_WEBHOOKS_TO": "127.0.0.1:9000",  # where the example in examples/ listens
    "ATRIO_PRICE_FRESHNESS_SECONDS": "60",  # a change in the ERP shows while one looks
}


def run_demo(*, host: str, port: int, reset: bool, play: bool) -> int:
    """Run the demo until somebody stops it; return the exit code."""
    status = Status()
    try:
        asyncio.run(_Demo(host, port, state_folder(), status).run(reset=reset, play=play))
    except Stopped:
        status.note("Stopped.")
    except MachineError as error:
        status.bad("demo", str(error))
        return 1
    return 0


@dataclass(frozen=True, slots=True)
class _Secrets:
    """Made at the first start, kept for the next ones."""

    secret_key: str
    faults_token: str
    crm_secret: str
    sms_key: str
    sap_password: str
    shop_secret: str
    commerce_token: str
    dadata_key: str

    @classmethod
    def kept_in(cls, file: Path) -> _Secrets:
        """Read the secrets, and make those that are missing, in a file only its owner can read."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        kept = json.loads(file.read_text() or "{}")
        made = {name: kept.get(name) or secrets.token_urlsafe(48) for name in cls.__slots__}
        if made != kept:
            file.write_text(json.dumps(made))
        return cls(**made)


class _Demo:
    """What is started, in which order, with which environment."""

    def __init__(self, host: str, port: int, state: Path, status: Status) -> None:
        self._host, self._port = host, port
        self._state = state
        self._status = status
        self._logs = state / "log"
        self._postgres = Postgres(state / "postgres")
        # Only parts of the house talk to these, so they are new ones at every start.
        self._erp_port, self._registry_port, self._crm_port = (free_port() for _ in range(3))
        self._sms_port, self._sap_port, self._faults_port = (free_port() for _ in range(3))
        self._commerce_port = free_port()
        # People open this one, too, and find it where they left it, if they can.
        self._shop_port = free_port() if is_taken(host, port + 1) else port + 1
        self._vies_port, self._dadata_port = (free_port() for _ in range(2))
        self._people = state / "demo/people.txt"
        self._key = state / "demo/api-key.txt"
        self._passwords: dict[str, str] = {}  # by connection

    async def run(self, *, reset: bool, play: bool) -> None:
        """Start everything, play one onboarding, and return when told to stop."""
        with self._postgres.locked():
            if is_taken(self._host, self._port):
                raise MachineError(
                    f"Port {self._port} of {self._host} is taken by another program.\n"
                    f"    Choose another one: make demo PORT={self._port + 1}"
                )
            if reset:
                self._forget()
            self._secrets = _Secrets.kept_in(self._state / "demo/secrets.json")
            self._passwords["crm-br"] = f"atrio:{self._secrets.crm_secret}"
            self._passwords["sms-br"] = self._secrets.sms_key
            self._passwords["sample-shop"] = self._secrets.shop_secret
            self._passwords["shop-adobe"] = self._secrets.commerce_token
            for erp in ("erp-sap", "erp-de", "erp-ru"):
                self._passwords[erp] = self._secrets.sap_password
            self._passwords["registry-ru"] = self._secrets.dadata_key
            async with Supervisor(logs=self._logs, status=self._status) as machine:
                self._status.title("Starting")
                await self._start(machine)
                if play:
                    await self._play(machine)
                self._status.title(f"Atrio is at {self._url}")
                self._status.note(f"  Sign in with one click at {self._url}/sign-in/ as")
                self._status.note(self._people.read_text())
                self._status.note(f"  Their outside shop is at {self._shop_url}")
                self._status.note(f"  Programs come in by {self._url}/api/v1/ with the key")
                self._status.note(f"    {self._key.read_text()}")
                self._status.note("  Ctrl-C ends it; the next start finds everything as it was.")
                await machine.until_stopped()
                self._status.title("Stopping")

    def _forget(self) -> None:
        """Delete the data, the ERP's among them."""
        self._postgres.remove()
        for name in ("demo", "files", "log", "static"):
            shutil.rmtree(self._state / name, ignore_errors=True)

    async def _start(self, machine: Supervisor) -> None:
        await _together(self._start_database(machine), self._make_snapshot(machine))
        await _together(
            machine.start(self._erp()),
            machine.start(self._sap()),
            machine.start(self._registry()),
            machine.start(self._vies()),
            machine.start(self._dadata()),
            machine.start(self._crm()),
            machine.start(self._sms()),
            machine.start(self._commerce()),
            machine.start(self._fault_proxy()),
            machine.start(self._shop()),
            machine.start(self._worker()),
            machine.start(self._web()),
        )
        lists = ("--people", str(self._people), "--key", str(self._key))
        await machine.run(self._atrio("demo-data", "demo-data", *lists, role="atrio_worker"))
        self._leave_environment()

    def _leave_environment(self) -> None:
        """Leave a file with which a shell can run `atrio` beside us: `. var/demo/environment`."""
        file = self._state / "demo/environment"
        file.touch(mode=0o600)
        ours = self._our_environment("atrio_worker") | {"ATRIO_KEY": self._key.read_text()}
        file.write_text("".join(f"export {name}={shlex.quote(ours[name])}\n" for name in ours))

    async def _start_database(self, machine: Supervisor) -> None:
        await machine.start(
            Service(
                self._postgres.program(),
                is_ready=self._postgres.is_ready,
                before=self._postgres.prepare,
            )
        )
        await asyncio.to_thread(self._postgres.make_roles)
        await _together(
            machine.run(self._owners("migrate", "migrate")),
            machine.run(self._owners("static-files", "collectstatic", "--no-input")),
        )

    async def _make_snapshot(self, machine: Supervisor) -> None:
        """Make the ERP's database, in a process of its own that a Ctrl-C can end."""
        await machine.run(self._python("tryton-snapshot", "atrio.site.machine.tryton"))
        snapshot = await asyncio.to_thread(Snapshot.of_this_seed)
        self._tryton = Tryton(self._state / "demo/tryton", snapshot=snapshot, port=self._erp_port)
        self._passwords["erp-br"] = snapshot.password

    async def _play(self, machine: Supervisor) -> None:
        """Show one onboarding; if it fails, the house stays up to be looked at."""
        self._status.title("One onboarding, played over HTTP")
        try:
            await machine.run(self._python("play", _PLAYER, self._url), aloud=True)
        except MachineError as error:
            self._status.bad("play", f"{error}; the logs are in {self._logs}")

    def _erp(self) -> Service:
        tryton = self._tryton
        return Service(tryton.program(), is_ready=tryton.is_ready, before=tryton.prepare)

    def _sap(self) -> Service:
        """Keep what is written to the other ERP, too, and let it sell what the first one sells."""
        goods = self._state / "demo/goods.json"
        goods.write_text(json.dumps(goods_for_sap()), encoding="utf-8")
        return _web_service(
            self._python(
                *("sap", "atrio.connectors.sap.simulator", "--port", str(self._sap_port)),
                *("--goods", goods, "--state", self._state / "demo/sap.sqlite"),
                *("--base", "DE", "RU"),
            ),
            url=f"http://127.0.0.1:{self._sap_port}/healthz",
        )

    def _registry(self) -> Service:
        """Serve recorded answers where there are some, and invented ones in any case."""
        records = Path(os.environ.get("ATRIO_SHARED_DATA") or CLONE.parent / "shared/data")
        arguments = ["--records", str(records / "registry")] if records.is_dir() else []
        return _web_service(
            self._python(
                *("registry", "atrio.connectors.brasilapi.simulator"),
                *("--port", str(self._registry_port), *arguments),
            ),
            url=f"http://127.0.0.1:{self._registry_port}/",
        )

    def _vies(self) -> Service:
        return _web_service(
            self._python(
                *("vies", "atrio.connectors.vies.simulator", "--port", str(self._vies_port))
            ),
            url=f"http://127.0.0.1:{self._vies_port}/healthz",
        )

    def _dadata(self) -> Service:
        return _web_service(
            self._python(
                *("dadata", "atrio.connectors.dadata.simulator"),
                *("--port", str(self._dadata_port)),
            ),
            url=f"http://127.0.0.1:{self._dadata_port}/healthz",
        )

    def _crm(self) -> Service:
        """Keep what is written to the CRM, for our links to its records are kept as well."""
        return _web_service(
            self._python(
                *("crm", "atrio.connectors.salesforce.simulator"),
                *("--port", str(self._crm_port), "--base"),
                *("--state", self._state / "demo/crm.sqlite"),
            ),
            url=f"http://127.0.0.1:{self._crm_port}/healthz",
        )

    def _sms(self) -> Service:
        return _web_service(
            self._python(
                *("sms", "atrio.connectors.sms_gateway.simulator"),
                *("--port", str(self._sms_port)),
            ),
            url=f"http://127.0.0.1:{self._sms_port}/healthz",
        )

    def _shop(self) -> Service:
        """Run somebody else's shop, which knows our customers by their sign-in here."""
        goods = self._state / "demo/shop.json"
        goods.write_text(json.dumps(goods_for_shop()), encoding="utf-8")
        return _web_service(
            self._python(
                *("shop", "atrio.site.sample_shop", "--issuer", self._url, "--goods", goods),
                *("--host", self._host, "--port", str(self._shop_port), "--url", self._shop_url),
                *("--orders", self._state / "demo/shop-orders.json"),
            ),
            url=f"{self._shop_url}/healthz",
        )

    def _commerce(self) -> Service:
        """Keep what is written to the shop elsewhere in which an administrator may let them buy."""
        return _web_service(
            self._python(
                *("commerce", "atrio.connectors.adobe_commerce.simulator"),
                *("--port", str(self._commerce_port)),
                *("--state", self._state / "demo/commerce.sqlite"),
            ),
            url=f"http://127.0.0.1:{self._commerce_port}/healthz",
        )

    def _fault_proxy(self) -> Service:
        return _web_service(
            self._python(
                *("faults", "atrio.outside.faults", "--port", str(self._faults_port)),
                *("--state", self._state / "demo/faults.json"),
                *("--route", f"erp=http://127.0.0.1:{self._erp_port}"),
                *("--route", f"erp-sap=http://127.0.0.1:{self._sap_port}"),
                *("--route", f"erp-de=http://127.0.0.1:{self._sap_port}"),
                *("--route", f"erp-ru=http://127.0.0.1:{self._sap_port}"),
                *("--route", f"registry=http://127.0.0.1:{self._registry_port}"),
                *("--route", f"registry-de=http://127.0.0.1:{self._vies_port}"),
                *("--route", f"registry-ru=http://127.0.0.1:{self._dadata_port}"),
                *("--route", f"shop=http://127.0.0.1:{self._commerce_port}"),
                *("--route", f"crm=http://127.0.0.1:{self._crm_port}"),
                *("--route", f"sms=http://127.0.0.1:{self._sms_port}"),
            ),
            url=f"http://127.0.0.1:{self._faults_port}/_faults/",
        )

    def _worker(self) -> Service:
        program = self._atrio("worker", "worker", role="atrio_worker")
        watch = LogWatch(self._logs / "worker.log", "The worker is ready")
        return Service(program, is_ready=watch.has_the_line, before=watch.forget_the_past)

    def _web(self) -> Service:
        program = self._python(
            *("web", *web_arguments(host=self._host, port=self._port)),
            *("--respawn-failed-workers", "--workers-kill-timeout", "5"),
            role="atrio_web",
            # It has workers of its own to end.
            last_will=signal.SIGTERM,
        )
        return _web_service(program, url=f"{self._url}/readyz")

    def _owners(self, name: str, *arguments: str) -> Program:
        quiet = ("--verbosity", "0")
        return self._atrio(name, "manage", *arguments, *quiet, role="atrio_owner")

    def _atrio(self, name: str, *arguments: str, role: str) -> Program:
        return self._python(name, "atrio", *arguments, role=role)

    def _python(
        self,
        name: str,
        module: str,
        *arguments: str | Path,
        role: str = "",
        last_will: signal.Signals = signal.SIGKILL,
    ) -> Program:
        return Program(
            name=name,
            command=[sys.executable, "-m", module, *arguments],
            environment=self._environment(role),
            folder=CLONE,
            last_will=last_will,
        )

    def _environment(self, role: str) -> dict[str, str]:
        """Return the environment of one process, which signs in to the database as `role`."""
        return _DEFAULTS | {"PUBLIC_URL": self._url} | os.environ | self._our_environment(role)

    def _our_environment(self, role: str) -> dict[str, str]:
        """Return what no environment from outside overrules."""
        hosts = "*" if self._host in _EVERYWHERE else f"{self._host},.localhost,127.0.0.1,[::1]"
        ours = {
            "SECRET_KEY": self._secrets.secret_key,
            "ATRIO_DEMO": "1",
            "ATRIO_VAR": str(self._state),
            "ATRIO_FAULT_PROXY": f"http://127.0.0.1:{self._faults_port}",
            "ATRIO_FAULTS_TOKEN": self._secrets.faults_token,
            "ATRIO_SECRETS": json.dumps(self._passwords),
            "ATRIO_CRM_SECRET": self._passwords["crm-br"],
            "SMS_GATEWAY_KEY": self._passwords["sms-br"],
            "DADATA_KEY": self._passwords["registry-ru"],
            "ATRIO_SAP_SECRET": f"ATRIO:{self._passwords['erp-sap']}",
            "ATRIO_SHOP_SECRET": self._passwords["shop-adobe"],
            "ATRIO_SAMPLE_SHOP": self._shop_url,
            "ATRIO_SAMPLE_SHOP_SECRET": self._passwords["sample-shop"],
            "HOST": self._host,
            "PORT": str(self._port),
            "ALLOWED_HOSTS": hosts,
            "PYTHONUNBUFFERED": "1",
        }
        if role:
            ours["DATABASE_URL"] = self._postgres.url(user=role)
        return ours

    @property
    def _url(self) -> str:
        return self._address(self._port)

    @property
    def _shop_url(self) -> str:
        return self._address(self._shop_port)

    def _address(self, port: int) -> str:
        host = _EVERYWHERE.get(self._host, self._host)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _web_service(program: Program, *, url: str) -> Service:
    return Service(program, is_ready=lambda: answers(url))


async def _together(*works: Coroutine[Any, Any, None]) -> None:
    """Do several things at once; the first that fails ends the others and is what is raised."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for work in works:
                tasks.create_task(work)
    except* (MachineError, Stopped) as group:
        raise group.exceptions[0] from None
