"""PgQueuer's way to the database: one connection listens, another works."""

from __future__ import annotations

from typing import Any, Self

import psycopg
from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.rows import dict_row

from atrio.kernel.database import connection_options


class TwoConnectionsDriver(PsycopgDriver):
    """Statements never wait for LISTEN, and a listener that died does not go unnoticed.

    psycopg holds a connection's lock while it waits for notifications, up to a second: on one
    connection every statement would wait behind it.
    """

    def __init__(self, listener: AsyncConnection[Any], worker: AsyncConnection[Any]) -> None:
        super().__init__(listener)
        self._listener = listener
        self._worker = worker
        self._deaf: psycopg.Error | None = None

    @classmethod
    async def connect(cls) -> Self:
        """Open both connections to Django's default database."""
        options = connection_options()
        listener = await AsyncConnection.connect(**options, autocommit=True)
        try:
            worker = await AsyncConnection.connect(**options, autocommit=True)
        except BaseException:
            await listener.close()
            raise
        return cls(listener, worker)

    async def close(self) -> None:
        """Close both connections."""
        await self._listener.close()
        await self._worker.close()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """Run a statement and return its rows."""
        self._raise_if_deaf()
        cursor = AsyncRawCursor(self._worker, row_factory=dict_row)
        await cursor.execute(query.encode(), args or None)
        return await cursor.fetchall()

    async def execute(self, query: str, *args: object) -> str:
        """Run a statement and return its status."""
        cursor = AsyncRawCursor(self._worker)
        await cursor.execute(query.encode(), args or None)
        return cursor.statusmessage or ""

    async def watch_notifies(self) -> None:
        """Hand on notifications until the connection is closed or lost."""
        try:
            await super().watch_notifies()
        except psycopg.Error as error:
            self._deaf = error

    def _raise_if_deaf(self) -> None:
        # The next claim then fails, and the worker starts afresh with two live connections.
        if self._deaf is not None:
            raise self._deaf
