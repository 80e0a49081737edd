"""Start the simulator from the command line."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from aiohttp import web

from atrio.connectors.sap.simulator.app import Instance, build_app
from atrio.connectors.sap.simulator.base import fill, goods_in, open_counters, stock
from atrio.connectors.sap.simulator.store import Store
from atrio.connectors.sap.simulator.writing import System

SECRET = "ATRIO_SAP_SECRET"  # noqa: S105 - the variable's name


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m atrio.connectors.sap.simulator")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, help="file that keeps the rows over restarts")
    parser.add_argument("--goods", type=Path, help="articles, as JSON")
    parser.add_argument(
        "--base",
        nargs="+",
        default=[],
        metavar="COUNTRY",
        help="begin with the invented customers of these: BR, DE, RU",
    )
    arguments = parser.parse_args()
    secret = os.environ.get(SECRET, "")
    if not all(secret.partition(":")):
        sys.exit(f"{SECRET} must be set, to user:password")
    if arguments.state:
        arguments.state.parent.mkdir(parents=True, exist_ok=True)
    store = Store(arguments.state)
    open_counters(store)
    if arguments.goods:
        stock(store, goods_in(arguments.goods))
    fill(store, *arguments.base)
    app = build_app(Instance(System(store), secret))
    web.run_app(app, host=arguments.host, port=arguments.port, print=None)


if __name__ == "__main__":
    main()
