"""Start the simulator from the command line."""

from __future__ import annotations

import argparse

from aiohttp import web

from atrio.connectors.vies.simulator.app import build_app


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m atrio.connectors.vies.simulator")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    web.run_app(build_app(), host=arguments.host, port=arguments.port, print=None)


if __name__ == "__main__":
    main()
