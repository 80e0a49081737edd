"""The wire to addresses that others name: only public ones, checked where the connection is made.

Whatever leads inside is refused: loopback, private and link-local networks, addresses of clouds'
metadata. An address inside may be allowed, one by one, by its port.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from atrio.outside.addresses import checked, is_public
from atrio.outside.transport import GuardedBackend, GuardedTransport


def may_be_sent_to(url: str, *, allowed: Collection[str]) -> bool:
    """Say whether this looks like an address to send to; where it leads is seen at connecting.

    By HTTPS, or by HTTP to one of the `allowed` places of this machine ("127.0.0.1:9000").
    """
    try:
        parts = urlsplit(url)
        place = f"{parts.hostname}:{parts.port or 443}"
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and " " not in url
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and place in allowed)
    return is_plain and is_safe and bool(parts.hostname) and "@" not in parts.netloc


class PublicTransport(GuardedTransport):
    """An httpx transport to any public address, that keeps the deadline of its block."""

    def __init__(self, *, allowed: Collection[str] = ()) -> None:
        """Allow addresses of this machine besides, each as "127.0.0.1:9000"."""
        self._connect_by(_PublicBackend(allowed))


class _PublicBackend(GuardedBackend):
    def addresses_of(self, host: str, port: int) -> list[str]:
        return checked(host, port, fits=is_public, allowed=self._hosts)
