"""Where a host leads, looked at where the connection is made, and which places nobody may reach.

A name is resolved once and connected to by the very addresses that were looked at, so that a name
which answers differently the next time cannot help. An address inside another one counts as the
one that is reached: as a decimal number, mapped into IPv6, or behind NAT64, 6to4 and Teredo.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from atrio.kernel.errors import OutsideBusy, OutsideFailure

Address = IPv4Address | IPv6Address
# Networks that carry an IPv4 address inside: it is that one which is reached.
_NAT64 = IPv6Network("64:ff9b::/96")
# Where clouds tell a machine its own secrets, beside the link-local ones: those of Azure, Alibaba
# and of AWS over IPv6.
_METADATA = frozenset(map(ip_address, ["168.63.129.16", "100.100.100.200", "fd00:ec2::254"]))


def is_public(address: Address) -> bool:
    """Say whether an address is one that everybody on the net reaches."""
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    is_special = address.is_multicast or address.is_reserved or address in _METADATA
    return address.is_global and not is_special


def is_elsewhere(address: Address) -> bool:
    """Say whether an address is another machine's: a public one, or one of a network of our own."""
    inner = _inside(address)
    if inner is not None:
        return is_elsewhere(inner)
    is_here = address.is_loopback or address.is_link_local or address.is_unspecified
    return not (is_here or address.is_multicast or address in _METADATA)


def checked(
    host: str, port: int, *, fits: Callable[[Address], bool], allowed: Collection[str]
) -> list[str]:
    """Return the addresses of a host, if all of them fit or are allowed.

    `allowed` names places as "127.0.0.1:9000" or "erp.internal:443", or as "127.0.0.1" for all
    ports of one. If one of the addresses leads where it may not, none is taken: whoever owns such
    a name means no good. Raises OutsideBusy, OutsideFailure("forbidden_host").
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutsideBusy(f"The host {host} is not known") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    for address in addresses:
        is_named = not {address, f"{address}:{port}", f"{host}:{port}"}.isdisjoint(allowed)
        if not (fits(ip_address(address)) or is_named):
            raise OutsideFailure("This address leads where it may not", code="forbidden_host")
    return addresses


def _inside(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
