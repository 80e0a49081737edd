"""Start the simulator from the command line."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from aiohttp import web

from atrio.connectors.adobe_commerce.simulator.app import Instance, build_app
from atrio.connectors.adobe_commerce.simulator.store import Store

SECRET = "ATRIO_SHOP_SECRET"  # noqa: S105 - the variable's name


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m atrio.connectors.adobe_commerce.simulator")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, help="file that keeps the rows over restarts")
    arguments = parser.parse_args()
    token = os.environ.get(SECRET, "")
    if not token:
        sys.exit(f"{SECRET} must be set: the access token that lets callers in")
    if arguments.state:
        arguments.state.parent.mkdir(parents=True, exist_ok=True)
    app = build_app(Instance(Store(arguments.state), token))
    web.run_app(app, host=arguments.host, port=arguments.port, print=None)


if __name__ == "__main__":
    main()
