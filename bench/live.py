"""Streams on one web process: how soon a change is told, and what a thousand of them cost.

A change is told at most to those who watch one application (a tracker), or to all who watch a
unit (the desk). Both come five times a second: spread over the streams, and to all at once, which
is 5,000 words a second. Beside it: whether pages are as fast as from a server of pages alone.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

from atrio.site.machine.web import web_arguments
from bench.harness import Bar, Figure, Machine, bench, percentile
from bench.house import House, house
from bench.support.processes import cpu_seconds, pss_megabytes, thread_count

STREAMS, A_SECOND, SECONDS = 1_000, 5, 4
PAGES, ROUNDS = ("/", "/healthz"), 3


@bench
def live(machine: Machine) -> Iterator[Figure]:
    """A thousand streams on one process, and pages beside them and without them."""
    with house(machine, "live") as made:
        with made.web(_one_process) as (web, url):
            before = pss_megabytes(web.pid)
            listeners = _start(made, "streams", url, STREAMS, A_SECOND, SECONDS)
            assert listeners.stdout is not None
            listeners.stdout.readline()  # all are open
            began = cpu_seconds(web.pid)
            after, threads = pss_megabytes(web.pid), thread_count(web.pid)
            found = _said(listeners)
            spent = cpu_seconds(web.pid) - began
        for whom in ("one", "all"):
            p95 = percentile(found[whom], 0.95) * 1000
            name = f"{STREAMS:,} streams, {A_SECOND} events/s to {whom}, delivery p95"
            yield Figure(name, "ms", p95, bar=Bar(50, is_floor=False))
        words = A_SECOND * SECONDS * (STREAMS + 1)
        yield Figure("CPU of the web process for a word", "µs", 1e6 * spent / words)
        yield Figure("memory of the web process with them", "MB", after)
        yield Figure("… of which for a stream", "kB", 1000 * (after - before) / STREAMS)
        yield Figure("threads of the web server with them", "", threads)
        yield from _pages(made)


def _pages(made: House) -> Iterator[Figure]:
    """Take turns, so that whatever else the machine does concerns both."""
    spent: dict[str, dict[str, list[float]]] = {page: {"both": [], "alone": []} for page in PAGES}
    kinds: dict[str, Callable[[int], list[str]]] = {"both": _one_process, "alone": _pages_alone}
    for _ in range(ROUNDS):
        for kind, arguments in kinds.items():
            with made.web(arguments) as (web, url):
                for page in PAGES:
                    before = cpu_seconds(web.pid)
                    count = _said(_start(made, "pages", url + page))
                    spent[page][kind].append(1000 * (cpu_seconds(web.pid) - before) / count)
    for page, by_kind in spent.items():
        ours, alone = (sorted(by_kind[kind])[ROUNDS // 2] for kind in ("both", "alone"))
        bar = Bar(1.15, is_floor=False, of_ratio=True) if page == "/" else None
        yield Figure(f"CPU of a page at {page}", "ms", ours, "pages alone", ours / alone, bar)


def _start(made: House, *arguments: object) -> subprocess.Popen[bytes]:
    asked = ("bench.support.listeners", *map(str, arguments))
    return made.start(*asked, user="atrio_web", stdout=subprocess.PIPE)


def _said(listeners: subprocess.Popen[bytes]) -> Any:
    output, _ = listeners.communicate()
    if listeners.returncode != 0:
        raise SystemExit("bench.support.listeners: it failed")
    return json.loads(output)


def _one_process(port: int) -> list[str]:
    return web_arguments(port=port, workers=1)


def _pages_alone(port: int) -> list[str]:
    return [
        *("granian", "--interface", "wsgi", "atrio.site.wsgi:application", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "4", "--no-ws"),
    ]
