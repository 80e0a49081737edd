"""Start the simulator from the command line."""

from __future__ import annotations

import argparse
import os
import sys

from aiohttp import web

from atrio.connectors.sms_gateway.simulator.app import build_app


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m atrio.connectors.sms_gateway.simulator")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delivery-seconds", type=float, default=3)
    arguments = parser.parse_args()
    key = os.environ.get("SMS_GATEWAY_KEY")
    if not key:
        sys.exit("SMS_GATEWAY_KEY is what lets callers in; there is none.")
    web.run_app(
        build_app(key, delivery_seconds=arguments.delivery_seconds),
        host=arguments.host,
        port=arguments.port,
        print=None,
    )


if __name__ == "__main__":
    main()
