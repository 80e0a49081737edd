"""The rows of a system, kept in a file if one is given."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from atrio.connectors.sap.simulator.query import comparable
from atrio.connectors.sap.simulator.schema import SETS, EntitySet, Navigation, Row

Key = tuple[str, ...]
ETAG = "_etag"
_SERIALS = "_serials"


class Store:
    """Entity sets of rows. Not for several threads at once."""

    def __init__(self, file: Path | None = None) -> None:
        """Open what the file holds, or an empty system."""
        self._rows: dict[str, dict[Key, Row]] = {name: {} for name in SETS}
        self._found: dict[tuple[str, tuple[str, ...]], dict[Key, list[Row]]] = {}
        self._changed: dict[tuple[str, Key], Row | None] = {}  # as it was before
        self._is_open = False
        self._serials: dict[str, int] = {}
        self._file = sqlite3.connect(file or ":memory:", check_same_thread=False)
        self._file.execute(
            "create table if not exists record (name, key, fields, primary key (name, key))"
        )
        for name, fields in self._file.execute("select name, fields from record order by rowid"):
            if name == _SERIALS:
                self._serials = json.loads(fields)
                continue
            row = json.loads(fields)
            self._rows[name][self.key(SETS[name], row)] = row

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that the block writes, or nothing of it if it raises."""
        if self._is_open:
            yield
            return
        self._is_open, self._changed = True, {}
        try:
            yield
        except BaseException:
            for (name, key), before in reversed(self._changed.items()):
                self._put(name, key, before)
            raise
        else:
            self._keep()
        finally:
            self._is_open = False

    def rows(self, name: str) -> list[Row]:
        """Return all rows of a set."""
        return list(self._rows[name].values())

    def row(self, name: str, key: Key) -> Row | None:
        """Return the row with this key, None if there is none."""
        table = SETS[name]
        pairs = zip(table.keys, key, strict=True)
        return self._rows[name].get(tuple(comparable(table, field, part) for field, part in pairs))

    def where(self, name: str, **values: object) -> list[Row]:
        """Return the rows of a set that have these values."""
        table, fields = SETS[name], tuple(values)
        index = self._found.get((name, fields))
        if index is None:
            index = {}
            for row in self._rows[name].values():
                of_row = tuple(comparable(table, field, row[field]) for field in fields)
                index.setdefault(of_row, []).append(row)
            self._found[name, fields] = index
        wanted = tuple(comparable(table, field, value) for field, value in values.items())
        return list(index.get(wanted, []))

    def related(self, row: Row, way: Navigation) -> list[Row]:
        """Return the rows a navigation leads to."""
        joins = {theirs: row[ours] for theirs, ours in way.joins.items()}
        return self.where(way.target, **joins, **way.only) if all_told(joins) else []

    def put(self, name: str, row: Row) -> Row:
        """Write a row, with a new etag, and return it as it is kept."""
        with self.transaction():
            kept = {**row, ETAG: f"W/\"'{self.next_serial('etag'):026}'\""}
            key = self.key(SETS[name], kept)
            self._changed.setdefault((name, key), self._rows[name].get(key))
            self._put(name, key, kept)
        return kept

    def next_serial(self, of: str, *, first: int = 1, taken: str = "") -> int:
        """Return the next number of a range; never one that a row of the set `taken` has."""
        number = max(self._serials.get(of, 0) + 1, first)
        while taken and self.row(taken, (str(number),)):
            number += 1
        self._serials[of] = number
        return number

    def key(self, table: EntitySet, row: Row) -> Key:
        """Return what a row is known by."""
        return tuple(comparable(table, name, row[name]) for name in table.keys)

    def _put(self, name: str, key: Key, row: Row | None) -> None:
        if row is None:
            self._rows[name].pop(key, None)
        else:
            self._rows[name][key] = row
        for index in [one for one in self._found if one[0] == name]:
            del self._found[index]

    def _keep(self) -> None:
        with self._file:
            self._file.executemany(
                "insert or replace into record values (?, ?, ?)",
                [
                    (name, json.dumps(key), json.dumps(self._rows[name][key]))
                    for name, key in self._changed
                ],
            )
            self._file.execute(
                "insert or replace into record values (?, '', ?)",
                [_SERIALS, json.dumps(self._serials)],
            )


def all_told(joins: dict[str, object]) -> bool:
    """Say whether a way leads anywhere: a partner that is no customer has no number of one."""
    return joins.get("Customer", "-") != ""
