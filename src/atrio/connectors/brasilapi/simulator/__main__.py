"""Start the simulator from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from aiohttp import web

from atrio.connectors.brasilapi.simulator.app import build_app
from atrio.connectors.brasilapi.simulator.records import recorded


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m atrio.connectors.brasilapi.simulator")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--records", type=Path, help="folder with recorded answers of registers")
    parser.add_argument("--cold-seconds", type=float, default=0)
    arguments = parser.parse_args()
    records = recorded(arguments.records) if arguments.records else {}
    web.run_app(
        build_app(records, cold_seconds=arguments.cold_seconds),
        host=arguments.host,
        port=arguments.port,
        print=None,
    )


if __name__ == "__main__":
    main()
