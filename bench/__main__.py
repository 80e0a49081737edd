"""Run the benchmarks that ONLY names, or all, and say what they found."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path

import bench
from atrio.site.machine.places import state_folder
from bench.harness import BENCHMARKS, Figure, Machine


def main() -> int:
    """Print a table, write `bench.json`, and return 1 if a bar was missed."""
    for module in pkgutil.iter_modules(bench.__path__):
        if not module.ispkg and module.name != "__main__":
            importlib.import_module(f"bench.{module.name}")
    asked = sys.argv[1:] or os.environ.get("ONLY", "").replace(",", " ").split()
    names = asked or sorted(BENCHMARKS)
    if unknown := set(names) - BENCHMARKS.keys():
        print(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
        return 2
    folder = state_folder()  # before a benchmark sets up an environment of its own
    figures = _run(names, folder / "bench")
    output = folder / "bench.json"
    output.write_text(json.dumps([f.as_row() for f in figures], indent=2, ensure_ascii=False))
    print(f"\n{output}")
    return 0 if all(figure.holds is not False for figure in figures) else 1


def _run(names: list[str], folder: Path) -> list[Figure]:
    figures = []
    print(f"{'figure':<58}{'value':>12} {'unit':<8}{'ratio':>8}  {'bar':<14}holds")
    with Machine(folder).running() as machine:
        for name in names:
            for figure in BENCHMARKS[name](machine):
                figures.append(figure)
                print(_line(figure), flush=True)
    return figures


def _line(figure: Figure) -> str:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3g}"
    bar = "" if figure.bar is None else str(figure.bar)
    holds = {True: "yes", False: "NO", None: ""}[figure.holds]
    what = f"{figure.name} ÷ {figure.ratio_to}" if figure.ratio_to else figure.name
    return f"{what:<58}{figure.value:>12,.1f} {figure.unit:<8}{ratio:>8}  {bar:<14}{holds}"


sys.exit(main())
