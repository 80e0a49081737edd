"""Programs and people at one web process's door: the API's requests, and signing in."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

from atrio.site.machine.web import web_arguments
from bench.harness import Figure, Machine, bench, percentile
from bench.house import house

ROUNDS = 100


@bench
def api(machine: Machine) -> Iterator[Figure]:
    """How long a program waits that begins, reads and answers, and somebody who signs in."""
    with house(machine, "api") as made, made.web(_one_process) as (_web, url):
        asked = ("bench.support.programs", url, str(ROUNDS))
        process = made.start(*asked, user="atrio_web", stdout=subprocess.PIPE)
        said, _ = process.communicate()
        if process.returncode != 0:
            raise SystemExit("bench.support.programs: it failed")
    for what, milliseconds in json.loads(said).items():
        name = what if ":" in what else f"API: {what}"
        yield Figure(f"{name}, p95", "ms", percentile(milliseconds, 0.95))


def _one_process(port: int) -> list[str]:
    return web_arguments(port=port, workers=1)
