"""Rows as OData v2 sends them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from atrio.connectors.sap.simulator.query import Query
from atrio.connectors.sap.simulator.schema import SETS, EntitySet, Navigation, Row
from atrio.connectors.sap.simulator.store import ETAG, Store


class Sender:
    """Sends rows of one service at one address."""

    def __init__(self, store: Store, root: str, service: str) -> None:
        self._store = store
        self._root = root
        self._service = service

    def row(
        self,
        table: EntitySet,
        row: Row,
        *,
        expand: Sequence[str] = (),
        select: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Return a row: what is not expanded stands there as an address."""
        wanted = {path.partition("/")[0] for path in select}
        everything = not wanted or "*" in wanted
        sent: dict[str, Any] = {"__metadata": self._metadata(table, row)}
        for name in table.properties:
            if everything or name in wanted:
                sent[name] = row[name]
        for name, way in table.navigations.items():
            if not everything and name not in wanted:
                continue
            if name in _heads(expand):
                below = {"expand": _below(expand, name), "select": _below(select, name)}
                sent[name] = self._expanded(way, row, **below)
            else:
                sent[name] = {"__deferred": {"uri": f"{self._address(table, row)}/{name}"}}
        return sent

    def inline(self, table: EntitySet, row: Row) -> dict[str, Any]:
        """Return a row that holds what hangs on it, and is kept nowhere."""
        sent = self.row(table, row)
        for name, way in table.navigations.items():
            if isinstance(row.get(name), list):
                below = [self.inline(SETS[way.target], one) for one in row[name]]
                sent[name] = {"results": below}
            elif isinstance(row.get(name), dict):
                sent[name] = self.inline(SETS[way.target], row[name])
        return sent

    def rows(self, table: EntitySet, rows: Iterable[Row], query: Query) -> dict[str, Any]:
        """Return one answer's worth of rows."""
        return {
            "results": [
                self.row(table, row, expand=query.expand, select=query.select) for row in rows
            ]
        }

    def _expanded(
        self, way: Navigation, row: Row, *, expand: Sequence[str], select: Sequence[str]
    ) -> Any:
        target = SETS[way.target]
        found = [
            self.row(target, one, expand=expand, select=select)
            for one in self._store.related(row, way)
        ]
        if way.is_many:
            return {"results": found}
        return found[0] if found else None

    def _metadata(self, table: EntitySet, row: Row) -> dict[str, str]:
        address = self._address(table, row)
        metadata = {"id": address, "uri": address, "type": f"{self._service}.{table.name}Type"}
        return {**metadata, "etag": row[ETAG]} if ETAG in row else metadata

    def _address(self, table: EntitySet, row: Row) -> str:
        keys = {name: str(row[name] or "").replace("'", "''") for name in table.keys}
        if len(keys) == 1:
            (inner,) = (f"'{value}'" for value in keys.values())
        else:
            inner = ",".join(f"{name}='{value}'" for name, value in keys.items())
        return f"{self._root}/{table.name}({inner})"


def _heads(paths: Sequence[str]) -> set[str]:
    return {path.partition("/")[0] for path in paths}


def _below(paths: Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(path.removeprefix(f"{name}/") for path in paths if path.startswith(f"{name}/"))
