"""Start the simulator from the command line."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from aiohttp import web

from atrio.connectors.salesforce.simulator.app import Instance, build_app
from atrio.connectors.salesforce.simulator.base import fill
from atrio.connectors.salesforce.simulator.org import Org

SECRET = "ATRIO_CRM_SECRET"  # noqa: S105 - the variable's name


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m atrio.connectors.salesforce.simulator")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, help="file that keeps the records over restarts")
    parser.add_argument("--base", action="store_true", help="begin with the invented customers")
    arguments = parser.parse_args()
    secret = os.environ.get(SECRET, "")
    if not all(secret.partition(":")):
        sys.exit(f"{SECRET} must be set, to client_id:client_secret")
    if arguments.state:
        arguments.state.parent.mkdir(parents=True, exist_ok=True)
    org = Org(arguments.state)
    if arguments.base:
        fill(org)
    web.run_app(
        build_app(Instance(org, secret)), host=arguments.host, port=arguments.port, print=None
    )


if __name__ == "__main__":
    main()
