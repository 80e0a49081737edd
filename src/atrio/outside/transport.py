"""The wire: a connection reaches only the hosts it names, and no call outlasts its deadline.

httpx limits the wait for each piece of an answer; a server that sends a byte a second satisfies
it for hours. Here the whole call has an end, whichever piece it is waiting for.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache, partial
from typing import Any

import httpcore
import httpx

from atrio.kernel.errors import OutsideFailure
from atrio.outside.addresses import checked, is_elsewhere

# The places inside that connections may reach: none, until the house says which.
_places_inside: Callable[[], Collection[str]] = tuple
_ends_at: ContextVar[float] = ContextVar("_ends_at", default=float("inf"))


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End all network waits in this block after so many seconds, with httpx's own timeouts.

    Inside another such block the earlier end holds.
    """
    token = _ends_at.set(min(time.monotonic() + seconds, _ends_at.get()))
    try:
        yield
    finally:
        _ends_at.reset(token)


def let_reach(places_inside: Callable[[], Collection[str]]) -> None:
    """Say how to learn which places inside connections may reach, as "127.0.0.1:9000"."""
    global _places_inside
    _places_inside = places_inside


class GuardedTransport(httpx.HTTPTransport):
    """An httpx transport to some hosts only, that keeps the deadline of the block it is used in."""

    def __init__(self, hosts: Collection[str]) -> None:
        """Allow the hosts, by name or address, as they stand in URLs."""
        self._connect_by(GuardedBackend(hosts))

    def _connect_by(self, backend: httpcore.NetworkBackend) -> None:
        super().__init__(verify=_trusted(), trust_env=False)
        # httpx has no argument for httpcore's network backend; the tests of this module fail
        # should the attribute ever change its name.
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trusted(),
            max_connections=50,
            max_keepalive_connections=10,
            keepalive_expiry=15,
            network_backend=backend,
        )


@cache
def _trusted() -> ssl.SSLContext:
    # Reading the certificates of all authorities takes some 30 ms: once for all connections.
    return httpx.create_ssl_context(trust_env=False)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to some hosts only."""

    def __init__(self, hosts: Collection[str]) -> None:
        """Allow these, by name or address."""
        self._hosts = frozenset(hosts)
        self._backend = httpcore.SyncBackend()

    def addresses_of(self, host: str, port: int) -> list[str]:
        """Return what to connect to for a host, in turn.

        Raises OutsideBusy, and OutsideFailure where it may not be reached: another host than ours,
        or ours where its name leads to this machine or to what tells a machine its secrets,
        unless `let_reach` has named the place.
        """
        if host not in self._hosts:
            raise OutsideFailure(f"This connection may not reach {host}", code="forbidden_host")
        return checked(host, port, fits=is_elsewhere, allowed=_places_inside())

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of its addresses that listens, within the deadline of the block."""
        *others, last = self.addresses_of(host, port)
        connect = partial(
            self._connected, port=port, timeout=timeout, more=(local_address, socket_options)
        )
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return connect(address)
        return connect(last)

    def _connected(
        self, address: str, *, port: int, timeout: float | None, more: tuple[Any, ...]
    ) -> httpcore.NetworkStream:
        wait = _at_most(timeout, httpcore.ConnectTimeout)
        return _GuardedStream(self._backend.connect_tcp(address, port, wait, *more))


class _GuardedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _at_most(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _at_most(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        wait = _at_most(timeout, httpcore.ConnectTimeout)
        return _GuardedStream(self._stream.start_tls(ssl_context, server_hostname, wait))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _at_most(timeout: float | None, too_late: type[httpcore.TimeoutException]) -> float | None:
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise too_late("The deadline of the call has passed")
    return min(left, float("inf") if timeout is None else timeout)
