"""From `kill -9` of a worker in the middle of a call to the moment another has taken the call up.

Until the heartbeat's time-out nobody may think the worker dead; what comes on top is ours. The
call asks an ERP in memory that thinks for some seconds, and each worker is killed at another
moment of them.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import count

from bench.harness import Bar, Figure, Machine, bench, percentile
from bench.house import House, house

KILLS = {2: 10, 10: 5}  # by the seconds of the heartbeat: the tests' and production's
THINKS = 3.0  # seconds, about each customer
_BEGUN = """
    select count(*) > 0 from onboarding_call
    where name = 'erp.create_customer' and status = 'running' and attempts = {}
"""
_READY = "select count(*) = 2 from pg_stat_activity where query ~ '^LISTEN'"
_WHO_CALLS = """
    select application_name from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and granted
"""


@bench
def recovery(machine: Machine) -> Iterator[Figure]:
    """Two workers; whoever dies is replaced."""
    outside = {"erp": {"latency_seconds": {"create_customer": THINKS}}}
    for heartbeat, kills in KILLS.items():
        with house(
            machine,
            f"recovery_{heartbeat}",
            outside=outside,
            ATRIO_HEARTBEAT_SECONDS=str(heartbeat),
        ) as made:
            seconds = sorted(_Shift(made).kill(kills))
        name = f"kill -9 → taken up, heartbeat {heartbeat} s"
        yield Figure(f"{name}, {kills} kills, median", "s", percentile(seconds, 0.5))
        yield Figure(f"{name}, longest", "s", seconds[-1], bar=Bar(heartbeat + 5, is_floor=False))


class _Shift:
    """Two workers at a time, known by the name that their connections carry."""

    def __init__(self, made: House) -> None:
        self._made = made
        self._names = map("worker-{}".format, count(1))
        self._workers: dict[str, subprocess.Popen[bytes]] = {}

    def kill(self, times: int) -> Iterator[float]:
        """Kill so many in the middle of a call; yield the seconds until another took it up."""
        database = self._made.database
        try:
            for number in range(times):
                while len(self._workers) < 2:
                    self._start()
                database.wait_until(_READY, within=60)
                applicant = self._made.start_applicants(1, at_once=1, first=1 + 10 * number)
                database.wait_until(_BEGUN.format(1), within=60, look_every=0.02)
                time.sleep(THINKS / 2 * number / times)
                yield self._kill_who_calls()
                if applicant.wait() != 0:
                    raise SystemExit("A killed worker's application did not reach its end")
        finally:
            for worker in self._workers.values():
                worker.terminate()
                worker.wait(timeout=60)

    def _start(self) -> None:
        name = next(self._names)
        more = {"PGAPPNAME": name}
        self._workers[name] = self._made.database.start("-m", "atrio", "worker", more=more)

    def _kill_who_calls(self) -> float:
        ((name,),) = self._made.database.rows(_WHO_CALLS)
        worker = self._workers.pop(name)
        worker.send_signal(signal.SIGKILL)
        seconds = self._made.database.wait_until(_BEGUN.format(2), within=60, look_every=0.01)
        worker.wait()
        return seconds
