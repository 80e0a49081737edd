"""Start the fault proxy from the command line."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from aiohttp import web

from atrio.outside.faults.proxy import build_app

TOKEN = "ATRIO_FAULTS_TOKEN"  # noqa: S105 - the variable's name


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m atrio.outside.faults")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, help="file that keeps the knobs over restarts")
    parser.add_argument("--route", action="append", required=True, metavar="NAME=URL")
    arguments = parser.parse_args()
    token = os.environ.get(TOKEN, "")
    if len(token) < 16:
        sys.exit(f"{TOKEN} must be set, to 16 characters or more: whoever has it turns the knobs")
    targets = dict(route.partition("=")[::2] for route in arguments.route)
    web.run_app(
        build_app(targets, token=token, state=arguments.state),
        host=arguments.host,
        port=arguments.port,
        handler_cancellation=True,
        shutdown_timeout=1,
        print=None,
    )


if __name__ == "__main__":
    main()
