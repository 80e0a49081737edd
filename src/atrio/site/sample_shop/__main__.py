"""Start the sample shop from the command line."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from socket import AF_INET, AF_INET6
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from atrio.site.sample_shop.app import SampleShop
from atrio.site.sample_shop.sign_in import House
from atrio.site.sample_shop.store import Orders, articles_in

SECRET = "ATRIO_SAMPLE_SHOP_SECRET"  # noqa: S105 - the variable's name


class _Server(ThreadingMixIn, WSGIServer):
    """One thread for each request: the house may ask back while somebody waits."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[WSGIRequestHandler]) -> None:
        self.address_family = AF_INET6 if ":" in address[0] else AF_INET
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind without asking a name service who we are, which may take long."""
        super(WSGIServer, self).server_bind()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()


class _Quiet(WSGIRequestHandler):
    """Says nothing of requests: codes stand in their addresses."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m atrio.site.sample_shop")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--url", default="", help="where browsers reach it, if elsewhere")
    parser.add_argument("--issuer", required=True, help="the house that knows the customers")
    parser.add_argument("--client", default="sample-shop", help="what the house calls this shop")
    parser.add_argument("--goods", type=Path, required=True, help="articles, as JSON")
    parser.add_argument("--orders", type=Path, help="file that keeps the orders over restarts")
    arguments = parser.parse_args()
    secret = os.environ.get(SECRET, "")
    if not secret:
        sys.exit(f"{SECRET} must be set: the client secret by which the house knows this shop")
    shop = SampleShop(
        House(arguments.issuer, shop=arguments.client, secret=secret),
        url=arguments.url or f"http://{arguments.host}:{arguments.port}",
        articles=articles_in(arguments.goods),
        orders=Orders(arguments.orders),
    )
    with make_server(arguments.host, arguments.port, shop, _Server, _Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
