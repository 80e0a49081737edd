"""The wire to addresses that others name: only public ones, checked where the connection is made.

A name is resolved once and connected to by the very address that was looked at, so that a name
which answers differently the next time cannot help. Whatever leads inside is refused: loopback,
private and link-local networks, addresses of clouds' metadata, and their spellings as decimal
numbers or inside IPv6. An address of this machine may be allowed, one by one, by its port.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.transport import GuardedBackend, GuardedTransport

Address = IPv4Address | IPv6Address
# Networks that carry an IPv4 address inside: it is that one which is reached.
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Say whether an address is one that everybody on the net reaches."""
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


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


def checked_address(host: str, port: int, *, allowed: Collection[str]) -> str:
    """Return the address to connect to for a host. Raises OutsideBusy, OutsideFailure.

    If one of its addresses leads inside, none is taken: whoever owns such a name means no good.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutsideBusy(f"The host {host} is not known") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    for address in addresses:
        if not (is_public(ip_address(address)) or f"{address}:{port}" in allowed):
            raise OutsideFailure(
                "This address leads to a network that is nobody else's", code="forbidden_host"
            )
    return addresses[0]


class PublicTransport(GuardedTransport):
    """An httpx transport to any public address, that keeps the deadline of its block."""

    def __init__(self, *, allowed: Collection[str] = ()) -> None:
        """Allow addresses of this machine besides, each as "127.0.0.1:9000"."""
        self._connect_by(_PublicBackend(allowed))


class _PublicBackend(GuardedBackend):
    def address_of(self, host: str, port: int) -> str:
        return checked_address(host, port, allowed=self._hosts)
